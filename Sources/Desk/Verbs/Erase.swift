/// Xóa dữ liệu cá nhân: the case's sealing key is gone and nobody can read any more who it was about; the record stays.
public struct Erased: Hashable, Sendable {
  /// By what right it was asked for. It stays readable, so it names a law and no person.
  public var basis: String

  public init(basis: String) { self.basis = basis }
}

public struct Erase: Hashable, Sendable {
  public var basis: String

  public init(basis: String) { self.basis = basis }
}

extension CaseDecider {
  func erase(_ command: Erase, _ state: CaseState) throws(Rejection) -> [CaseEvent.Body] {
    guard let reception = state.reception else { return [] }
    // The office cannot finish a case without knowing whose it is.
    guard state.isEnded else {
      throw .erasureHeld(
        code: state.code,
        reason: Text(vi: "hồ sơ chưa kết thúc", en: "the case is not ended"), source: "")
    }
    // Today's holds, not those of the receipt: a law that forbids erasure forbids it for older cases too.
    if let hold = context.book.rules.holds.first(where: { $0.covers(reception.facts) }) {
      throw .erasureHeld(code: state.code, reason: hold.reason, source: hold.source)
    }
    return [.erased(Erased(basis: try FieldText.basis.required(command.basis)))]
  }
}

/// A legal hold: these cases may not be erased, and why.
public struct Hold: Hashable, Sendable {
  /// All of what is given must fit; what is empty fits every case.
  public var kinds: [CaseKind]
  public var procedures: [String]
  /// Codes of single cases, such as one that a court has asked for.
  public var cases: [String]
  public var reason: Text
  public var source: String

  public init(kinds: [CaseKind], procedures: [String], cases: [String], reason: Text, source: String) {
    self.kinds = kinds
    self.procedures = procedures
    self.cases = cases
    self.reason = reason
    self.source = source
  }

  func covers(_ facts: Received) -> Bool {
    (kinds.isEmpty || kinds.contains(facts.kind))
      && (procedures.isEmpty || facts.procedure.map { procedures.contains($0) } ?? false)
      && (cases.isEmpty || cases.contains { $0.folded == facts.code.folded })
  }
}

extension EventKind {
  /// Whether such an event says that what was personal is gone.
  public var isErasure: Bool { self == .erased }
}

extension Erased: CaseFacts {
  static let kind = EventKind.erased
  static let isVoidable = false
  static let beginsProcessing = false

  func apply(to state: inout CaseState, _ circumstances: CaseEvent.Circumstances) {
    state.erasure = CaseState.Erasure(
      at: circumstances.occurredAt, recordedAt: circumstances.recordedAt, basis: basis)
    state.forget()
  }
}
