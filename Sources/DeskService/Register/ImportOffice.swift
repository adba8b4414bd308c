public import Desk

/// What a register is held against when it is read: the office that takes it in, at one moment.
public struct ImportOffice: Sendable {
  /// Of times that bear none.
  public var offset: UTCOffset
  /// What is after it has not happened.
  public var now: Timestamp
  /// Every prefix that codes of the office ever began with.
  public var prefixes: [String]

  public init(offset: UTCOffset, now: Timestamp, prefixes: [String]) {
    self.offset = offset
    self.now = now
    self.prefixes = prefixes
  }
}

extension DeskService {
  /// The office as a register that is read now is held against it.
  public var importOffice: ImportOffice {
    ImportOffice(offset: book?.office.utcOffset ?? .utc, now: now, prefixes: rules.office.prefixes)
  }
}
