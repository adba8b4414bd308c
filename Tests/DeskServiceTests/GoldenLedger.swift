import Desk
import DeskRecords
import DeskService
import EventSourcing
import MerkleTree
import TestSupport

/// A ledger that is the same for ever: every type of event, five cases, one of them erased. Nothing in it comes from a
/// clock, a key or a random number.
enum GoldenLedger {
  static let id: [UInt8] = Array(0xA0...0xAF)
  /// The case whose key is gone.
  static let erased: UInt64 = 1

  private static let bodies: [(stream: UInt64, body: StoredEvent.Body)] = {
    let lan = Actor(uid: 1000, account: "lan")
    let minh = Actor(uid: 1001, account: "minh", role: .supervisor)
    func at(_ text: String) -> Timestamp { Fixture.time(text) }
    func desk(
      _ stream: UInt64, _ time: String, _ body: CaseEvent.Body, by actor: Actor = lan, occurred: String? = nil,
      imported: Bool = false
    ) -> (UInt64, StoredEvent.Body) {
      (
        stream,
        .desk(
          CaseEvent(
            body,
            .init(
              recordedAt: at(time), occurredAt: at(occurred ?? time), offset: Fixture.offset, actor: actor,
              lateEntryReason: occurred == nil || imported ? nil : "ghi bù", isImported: imported, rules: Position(1))))
      )
    }
    func office(_ time: String, _ event: OfficeEvent) -> (UInt64, StoredEvent.Body) {
      (
        0,
        .office(
          event,
          .init(
            recordedAt: at(time), occurredAt: at(time), offset: Fixture.offset, actor: Actor(uid: 0, account: "motcua"),
            rules: Position(1)))
      )
    }
    func received(_ serial: Int, _ day: String, _ kind: CaseKind, _ due: String, _ name: String?) -> Received {
      Received(
        code: "H56.26.07-\(day)-000\(serial)", kind: kind, procedure: kind == .procedure ? "cai-chinh" : nil,
        procedureEffective: kind == .procedure ? Fixture.day("2016-01-01") : nil, applicant: name,
        phone: name == nil ? nil : "0912345678", place: name == nil ? nil : "thôn Đông Mỹ", subject: "Việc \(serial)",
        channel: .counter, papers: ["Tờ khai"], responsible: "minh",
        term: kind == .procedure ? .workingDays(3) : kind == .complaint ? .days(30) : .atOnce, due: at(due))
    }
    return [
      office("2026-11-18T07:30", .rulesAdopted(Fixture.book())),
      desk(1, "2026-11-18T09:00", .received(received(1, "261118", .procedure, "2026-11-23T17:00", "Nguyễn Thị Hoa"))),
      desk(1, "2026-11-18T09:05", .consulted(Consulted(question: "Cần gì?", guidance: "Tờ khai.", minutes: 5))),
      desk(2, "2026-11-18T10:00", .received(received(2, "261118", .enquiry, "2026-11-18T17:00", nil))),
      desk(2, "2026-11-18T10:00", .consulted(Consulted(question: "Mấy giờ mở?", guidance: "7 giờ 30."))),
      desk(2, "2026-11-18T10:01", .resolved(Resolved(outcome: .answered, closes: true)), by: minh),
      desk(3, "2026-11-19T08:00", .received(received(1, "261119", .complaint, "2026-12-21T17:00", "Lê Văn Tám"))),
      desk(1, "2026-11-19T09:00", .progressed(Progressed(step: "Thẩm định", by: "minh", group: "tư pháp")), by: minh),
      desk(
        3, "2026-11-19T10:00",
        .corrected(
          Corrected(changes: .init(applicant: "Lê Văn Tâm", responsible: "lan"), reason: "viết nhầm tên"))),
      desk(
        3, "2026-11-20T10:00", .withdrawn(Withdrawn(by: "Lê Văn Tâm", reason: "đã hòa giải")),
        occurred: "2026-11-20T09:00"),
      desk(
        1, "2026-11-24T08:00",
        .apologised(
          Apologised(
            cause: "late", text: "Xin lỗi bà.", signatory: "Chủ tịch", letterNumber: "12/XL",
            newDue: at("2026-11-26T17:00"), answersForDate: true)), by: minh),
      desk(
        4, "2026-11-24T09:00", .received(received(9, "251001", .procedure, "2025-10-06T17:00", nil)),
        occurred: "2025-10-01T09:00", imported: true),
      desk(
        4, "2026-11-24T09:00", .progressed(Progressed(step: "Nhận")), occurred: "2025-10-01T09:00", imported: true),
      desk(
        4, "2026-11-24T09:00", .resolved(Resolved(outcome: nil, closes: true)), occurred: "2025-10-03T09:00",
        imported: true),
      desk(5, "2026-11-24T10:00", .received(received(1, "261124", .procedure, "2026-11-27T17:00", "Trần Văn Nam"))),
      desk(
        1, "2026-11-25T09:00",
        .resolved(Resolved(outcome: .granted, documentNumber: "34/TLHT", signedBy: "Chủ tịch")), by: minh),
      desk(1, "2026-11-25T10:00", .returned(Returned(to: "Nguyễn Thị Hoa"))),
      office(
        "2026-11-26T07:30",
        .restored(
          Restored(
            knownSize: 18, knownRoot: "c9RnAVfP4xVNMb2KbG7cSchVt2myEr+x/klltPK/YQs=", size: 17, witness: "views"))),
      desk(1, "2026-11-26T08:00", .erased(Erased(basis: "Luật 91/2025/QH15, điều 14")), by: minh),
    ]
  }()

  static let events: [StoredEvent] = {
    var versions: [UInt64: Version] = [:]
    return bodies.enumerated().map { index, event in
      let version = (versions[event.stream] ?? .none).next
      versions[event.stream] = version
      let id = [UInt8](repeating: UInt8(index + 1), count: 16)
      return StoredEvent(
        stream: event.stream, version: version, command: .init(id: id, digest: [], digestOfBefore: id.reversed()),
        body: event.body)
    }
  }()

  static func records() throws -> [[UInt8]] {
    try events.map { event in
      try RecordCoding.encode(
        event, slot: event.stream,
        keyCommitment: event.version == Version(1) && event.stream > 0 ? [UInt8](repeating: 0xC0, count: 32) : [],
        seal: PlainSeal.seal)
    }
  }

  /// The events as this release reads them, without what the erased case sealed.
  static func read(_ record: [UInt8]) throws -> StoredEvent {
    try RecordCoding.current.decode(record) { sealed, part in
      part.slot == erased ? nil : try PlainSeal.open(sealed, part)
    }
  }

  /// As an export tells it.
  static func lines() throws -> [String] {
    let source = ExportLine.source(ledger: id)
    var tree = Frontier()
    var lines = [ExportLine.begin(ledger: id, isDemo: false)]
    for (index, record) in try records().enumerated() {
      let leaf = MerkleTree.leafHash(record)
      tree.append(leaf)
      lines.append(
        ExportLine.event(
          record, at: Position(UInt64(index + 1)), leaf: leaf, saying: try read(record), source: source))
    }
    return lines + [ExportLine.end(size: tree.size, root: tree.root, source: source)]
  }
}
