/// What the file of a segment is called: the position of its first record in sixteen digits, so that names sort as
/// positions do, and one that is written anew takes the place of what it was.
public enum SegmentName {
  private static let digits = 16
  private static let ending = ".records"

  public static func text(first: UInt64) -> String {
    let number = String(first)
    return String(repeating: "0", count: max(0, digits - number.count)) + number + ending
  }

  /// The position that a name says; nil for any other name.
  public static func first(of name: String) -> UInt64? {
    guard name.hasSuffix(ending), let first = UInt64(name.dropLast(ending.count)), first > 0, text(first: first) == name
    else { return nil }
    return first
  }
}
