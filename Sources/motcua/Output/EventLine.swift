import DeskInterface

/// One recorded event in one line: when, which version, who, what.
enum EventLine {
  /// - Parameter isErased: the case was erased later on, which is why what is personal is not there.
  static func text(
    _ event: Wire.Event, isVoided: Bool = false, isErased: Bool = false, showsCode: Bool, _ language: Language
  ) -> String {
    let (name, presented) = presented(event, language)
    let what = presented.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: " · ")
    var parts = [language.tabular(event.occurredAt)]
    if showsCode { parts.append(event.code ?? stream(event, language)) }
    let who = event.onBehalfOf.map { language.say(" thay cho \($0)", " on behalf of \($0)") } ?? ""
    // Who brought a register in did nothing of what it tells; he stands behind, with the time when he did that.
    let actor = event.imported ? language.say("sổ cũ", "register") : event.account + who
    parts += ["v\(event.version)", actor, name + (what.isEmpty ? "" : ": \(what)")]
    if event.occurredAt != event.recordedAt, !event.imported {
      let at = language.tabular(event.recordedAt)
      // Without a reason it is no late entry: the ledger was ahead of the office's clock.
      let why = event.lateEntryReason.map { ": \($0)" } ?? ""
      parts.append(language.say("(ghi lúc \(at)\(why))", "(recorded \(at)\(why))"))
    }
    if event.imported {
      let brought = language.imported(at: event.recordedAt, by: event.account, from: event.importedFrom)
      parts.append("(\(brought))")
    }
    if event.closed == true {
      parts.append(
        isErased
          ? language.say("(dữ liệu cá nhân đã xóa)", "(what was personal is erased)")
          : language.say("(dữ liệu cá nhân còn niêm phong)", "(what is personal is sealed)"))
    }
    if isVoided { parts.append(language.say("(đã hủy)", "(voided)")) }
    return parts.joined(separator: "  ")
  }

  /// What an event without a code is of.
  private static func stream(_ event: Wire.Event, _ language: Language) -> String {
    switch event.stream {
    case .known(.office): language.say("cơ quan", "the office")
    case .known(.caseStreamKind): language.say("hồ sơ số \(event.number)", "case \(event.number)")
    case .newer(let word): "\(word) \(event.number)"
    // A daemon that says nothing of it has no other kinds.
    case nil: language.say("cơ quan", "the office")
    }
  }

  /// The one switch of the client over the kinds of events: each has its name, and what it tells, in its own file. Of a kind
  /// that only a newer daemon knows, nothing but its name is told.
  private static func presented(_ event: Wire.Event, _ language: Language) -> (name: String, parts: [String?]) {
    func presented<Facts: EventLines>(_ facts: Facts?) -> (String, [String?]) {
      let isClosed = event.closed == true
      let parts = facts.map { isClosed ? $0.partsOutsideSeal(language) : $0.parts(language) }
      return (facts?.called(language) ?? Facts.name(language), parts ?? [])
    }
    switch event.type {
    case .newer(let name): return (name, [])
    case .known(let type):
      switch type {
      case .received: return presented(event.received)
      case .consulted: return presented(event.consulted)
      case .progressed: return presented(event.progressed)
      case .apologised: return presented(event.apologised)
      case .resolved: return presented(event.resolved)
      case .returned: return presented(event.returned)
      case .withdrawn: return presented(event.withdrawn)
      case .corrected: return presented(event.corrected)
      case .erased: return presented(event.erased)
      case .rulesAdopted: return presented(event.rulesAdopted)
      case .restored: return presented(event.restored)
      case .clockAccepted: return presented(event.clockAccepted)
      case .notified: return presented(event.notified)
      }
    }
  }
}

/// How an event of one kind reads.
protocol EventLines {
  /// The kind, in the office's words.
  static func name(_ language: Language) -> String
  /// The same of one event, where its facts say more.
  func called(_ language: Language) -> String
  /// What it tells; what is missing or empty is left out.
  func parts(_ language: Language) -> [String?]
  /// What of it is told while its seal is closed.
  func partsOutsideSeal(_ language: Language) -> [String?]
}

extension EventLines {
  func called(_ language: Language) -> String { Self.name(language) }
}
