import CPrctl
import Glibc
import Wording

/// What others may see of this process's memory, in which keys and opened texts are.
enum Memory {
  /// No core of it is ever written, and no other process of the same account reads it or traces it, also where no unit
  /// forbids that. Root still can.
  ///
  /// - Returns: why the system does not let it; nil when it does.
  static func forbidDumps() -> SystemErrorText? {
    forbid_dumps() == 0 ? nil : SystemErrorText(errno)
  }
}
