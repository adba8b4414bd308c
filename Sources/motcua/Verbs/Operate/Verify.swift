import ArgumentParser
import DeskInterface

struct Verify: Verb {
  static let verb = VerbName("verify", "kiem-tra")
  static let configuration = verb.configuration(
    "kiểm tra mọi sự kiện, gốc, điểm chốt, bảng tra cứu và khóa",
    "walk everything: events, root, checkpoints, views, keys")

  @OptionGroup var common: CommonOptions

  func run(_ session: Session) throws {
    let bar = ProgressBar()
    defer { bar.clear() }
    var last: Wire.VerifyProgress?
    try session.daemon.stream(Wire.Verify(), isPatient: true) { answer in
      last = answer.progress
      bar.draw(
        answer.progress.phase.said { Self.title($0, session.language) }, done: answer.progress.done,
        total: answer.progress.total)
      return true
    }
    bar.clear()
    guard let last else { throw Failure.protocolViolation("Verify: {}") }
    if session.wantsJSON {
      try session.output.json(last)
      try session.output.flush()
    }
    if let damage = last.damage { throw Failure.damaged(Self.sentence(damage, session.language)) }
    if session.wantsJSON { return }
    for line in Self.lines(last, session.language) { try session.output.line(line) }
  }

  static func lines(_ progress: Wire.VerifyProgress, _ language: Language) -> [String] {
    let number = language.grouped
    var lines = [
      language.say(
        "Toàn vẹn: \(number(progress.position)) sự kiện, \(number(progress.checkpoints)) điểm chốt, "
          + "\(number(progress.rows)) dòng tra cứu.",
        "Whole: \(language.counted(progress.position, "event")), \(language.counted(progress.checkpoints, "checkpoint")), "
          + "\(language.counted(progress.rows, "row")) of views.")
    ]
    if let root = progress.root { lines.append(language.say("Gốc Merkle: \(root)", "Merkle root: \(root)")) }
    return lines
  }

  static func sentence(_ damage: Wire.Damage, _ language: Language) -> String {
    let places = [
      damage.position.map { language.say("sự kiện \(language.grouped($0))", "event \(language.grouped($0))") },
      damage.code.map { language.say("hồ sơ \($0)", "case \($0)") },
    ].compactMap(\.self)
    let reason = language.say(damage.reasonVi, damage.reasonEn)
    let place = places.isEmpty ? "" : " " + language.say("ở", "at") + " " + places.joined(separator: ", ")
    return language.say("Có hư hỏng\(place): \(reason).", "Damage\(place): \(reason).")
  }

  private static func title(_ phase: Wire.VerifyPhase, _ language: Language) -> String {
    switch phase {
    case .ledger: language.say("Sổ", "Ledger")
    case .views: language.say("Bảng tra cứu", "Views")
    case .keys: language.say("Khóa", "Keys")
    case .done: language.say("Xong", "Done")
    }
  }
}
