import Desk
import DeskService

/// Everything that the configuration directory says.
struct Configuration: Sendable {
  var daemon: DaemonSettings
  var language: Language
  var book: RuleBook
  /// Not in the rule book, because a case keeps the rules that it was received under, and not who worked here then.
  var roles: Roles
  /// Why the rules are not in force yet by the machine's clock. That may be wrong, so the caller decides what follows.
  var notYet: SettingsError?

  init(_ directory: String) throws(SettingsError) {
    daemon = try DaemonSettings(SettingsFile(directory, "motcuad.toml"))
    let office = try OfficeSettings(SettingsFile(directory, "office.toml"))
    let today = Timestamp.machine.day(at: office.office.utcOffset)
    let rules = try SettingsFile(directory, "rules.toml")
    daemon.service.caseEventsMax = office.caseEventsMax
    language = office.language
    roles = office.roles
    book = RuleBook(
      office: office.office, calendar: try WorkingCalendar(SettingsFile(directory, "calendar.toml")),
      procedures: try Procedure.catalogue(SettingsFile(directory, "procedures.toml")),
      rules: try RuleSet(rules))
    notYet = book.rules.notYet(on: today, rules)
  }
}
