import MerkleTree

/// A list of erasures that an earlier run has left, which may be all that still knows of one: the daemon's own list may have
/// been put back with older data. What form the daemon gives it is said in `ErasureList` of DeskService.
struct KnownErasures {
  private static let header = "motcua erasures 1"

  private let lines: [Substring]

  /// - Parameter path: of the file; nothing is known where there is none, or an empty one.
  /// - Throws: `Failure.usage` for what is no list, which nobody wants written over.
  init(_ path: String, _ language: Language) throws {
    let text: String
    do throws(TextFile.SystemError) {
      // Room that was taken when a machine stopped.
      let bytes = try TextFile.bytes(path)
      text = String(decoding: bytes[..<((bytes.lastIndex { $0 != 0 } ?? -1) + 1)], as: UTF8.self)
    } catch {
      guard error.isMissing else {
        let reason = language.system(error.code)
        throw Failure.usage(
          language.say(
            "Không đọc được danh sách hồ sơ đã xóa dữ liệu cũ \(path), nên không ghi đè: \(reason).",
            "The old list of erasures \(path) cannot be read, so it is not written over: \(reason)."))
      }
      text = ""
    }
    guard !text.isEmpty else {
      lines = []
      return
    }
    let all = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard all.count > 1, all[0] == Self.header else {
      throw Failure.usage(
        language.say(
          "\(path) không phải danh sách hồ sơ đã xóa dữ liệu mà bản này đọc được, nên không ghi đè.",
          "\(path) is no list of erasures that this release reads, and is not written over."))
    }
    for (index, line) in all.enumerated().dropFirst().dropLast() where Self.commitment(line) == nil {
      throw Failure.usage(
        language.say(
          "\(path):\(index + 1): không phải dòng của danh sách hồ sơ đã xóa dữ liệu, nên không ghi đè.",
          "\(path):\(index + 1): not a line of a list of erasures, so it is not written over."))
    }
    // Of a last line without its end nobody was told, unless it is whole all the same.
    lines = all.dropFirst().filter { Self.commitment($0) != nil }
  }

  /// The lines of it that a list lacks, each with its end.
  func missing(in list: String) -> [String] {
    var known = Set(list.split(separator: "\n").dropFirst().compactMap(Self.commitment))
    return lines.filter { line in Self.commitment(line).map { known.insert($0).inserted } ?? false }.map { $0 + "\n" }
  }

  /// What tells an erasure from others, whenever it was recorded again; nil for what is no line of a list.
  private static func commitment(_ line: Substring) -> Substring? {
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3, let slot = UInt64(words[0]), slot > 0, Base64.decode(String(words[1]))?.count == 32,
      Moment(String(words[2])) != nil
    else { return nil }
    return words[1]
  }
}
