import Foundation

/// Keys as releases before 0.3.0 left them: nothing but the name of their form is another, and who opens them wraps them
/// anew.
enum KeysOfBefore {
  static let header = Array("motcua keys 1\n".utf8)

  /// Makes those of a data directory that no daemon works in such keys.
  static func make(in data: String) throws {
    let handle = try FileHandle(forWritingTo: URL(filePath: data + "/keys/slots"))
    try handle.write(contentsOf: header + [UInt8](repeating: 0, count: 64 - header.count))
    try handle.close()
  }

  static func are(in data: String) throws -> Bool {
    try Data(contentsOf: URL(filePath: data + "/keys/slots")).starts(with: header)
  }
}
