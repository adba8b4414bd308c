import Desk

extension Procedure {
  /// `procedures.toml`: the catalogue. The same id may stand there again with a later effective date.
  static func catalogue(_ file: SettingsFile) throws(SettingsError) -> [Procedure] {
    var procedures: [Procedure] = []
    var owners: [String: String] = [:]
    for section in try file.root.sections("procedure") {
      let procedure = try Procedure(section)
      guard !procedures.contains(where: { $0.id == procedure.id && $0.effective == procedure.effective }) else {
        throw section.error(
          "id", "thủ tục “\(procedure.id)” hiệu lực \(procedure.effective.text) ghi hai lần",
          "the procedure \(procedure.id) of \(procedure.effective.text) stands here twice")
      }
      for name in [procedure.id] + procedure.aliases {
        guard owners[name.slug, default: procedure.id] == procedure.id else {
          throw section.error(
            "aliases", "tên “\(name)” đã là của “\(owners[name.slug] ?? "")”",
            "the name \(name) is already that of \(owners[name.slug] ?? "")")
        }
        owners[name.slug] = procedure.id
      }
      procedures.append(procedure)
    }
    guard !procedures.isEmpty else {
      throw file.root.error("procedure", "chưa có [[procedure]] nào", "there is no [[procedure]]")
    }
    try file.root.finish()
    return procedures
  }

  private init(_ section: SettingsSection) throws(SettingsError) {
    let name = try section.section("name")
    let fee = try section.section("fee")
    self.init(
      id: try section.string("id"), aliases: try section.strings("aliases"),
      nationalID: try section.optionalString("national_id"), name: try name.text(),
      term: try section.parsed("term", "“at once”, “3 working days”, “30 days”") {
        Term(text: $0).flatMap { $0 == .imported ? nil : $0 }
      }, papers: try section.strings("papers"), fee: try fee.text(), source: try section.string("source"),
      effective: try section.parsed("effective", "2016-01-01") { CalendarDay(text: $0) },
      isConfirmed: try section.bool("confirmed"))
    try name.finish()
    try fee.finish()
    try section.finish()
  }
}
