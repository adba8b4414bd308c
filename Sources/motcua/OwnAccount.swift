import Glibc

/// The account that this process runs as.
enum OwnAccount {
  /// Its name; nil where the directory of users does not have it.
  static var name: String? {
    guard let name = getpwuid(getuid())?.pointee.pw_name else { return nil }
    return String(cString: name)
  }
}
