import CPrctl
import Glibc

/// What others may see of this process's memory, in which keys and opened texts are.
enum Memory {
  /// No core of it is ever written, and no other process of the same account reads it or traces it, also where no unit
  /// forbids that. Root still can.
  ///
  /// - Returns: why the system does not let it; nil when it does.
  static func forbidDumps() -> String? {
    forbid_dumps() == 0 ? nil : String(cString: strerror(errno))
  }
}
