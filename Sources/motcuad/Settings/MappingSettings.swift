import Desk
import DeskService
import DeskWire

extension ImportMapping {
  /// The text of a mapping file, as a client sends it.
  init(text: String) throws(SettingsError) {
    let root = try SettingsFile(path: "mapping", text: text).root
    let section = try root.section("columns")
    var columns = Columns(
      code: try section.string("case"), receivedAt: try section.string("received_at"), due: try section.string("due"),
      activity: try section.string("activity"), at: try section.string("at"))
    columns.endedAt = try section.optionalString("resolved_at")
    columns.responsible = try section.optionalString("responsible")
    columns.channel = try section.optionalString("channel")
    columns.applicant = try section.optionalString("applicant")
    columns.subject = try section.optionalString("subject")
    columns.actor = try section.optionalString("actor")
    columns.group = try section.optionalString("group")
    try section.finish()
    var channels: [String: Channel] = [:]
    for (word, name) in try root.optionalSection("channels")?.words() ?? [:] {
      guard let channel = Channel(name: name) else {
        let known = Channel.allCases.map(\.name).joined(separator: ", ")
        throw root.error(
          "channels", "“\(name)” không phải kênh; các kênh: \(known)", "\(name) is not a channel; there are: \(known)")
      }
      channels[word] = channel
    }
    self.init(columns: columns, channels: channels, emptyWords: Set(try root.strings("empty")), text: text)
    hasOwnCodes = try root.optionalBool("own_codes") ?? false
    let register = try root.optionalString("register")
    do throws(Rejection) { self.register = try FieldText.register.checked(register) } catch {
      throw root.error(
        "register", "“register” quá dài hoặc có ký tự không được phép",
        "register is too long or has a character that is not allowed")
    }
    try root.finish()
  }
}

extension Channel {
  var name: String { "\(self)" }
  init?(name: String) {
    guard let channel = Channel.allCases.first(where: { $0.name == name }) else { return nil }
    self = channel
  }
}
