import ArgumentParser
import DeskInterface

struct List: Verb {
  static let verb = VerbName("list", "danh-sach")
  static let configuration = verb.configuration(
    "danh sách hồ sơ; không có điều kiện là đang mở", "list cases; with no condition, the open ones")

  @Flag(help: help("đang mở", "open")) var open = false
  @Flag(help: help("trễ hạn hoặc quá hạn", "ended late or open past due")) var late = false
  @Flag(help: help("của tôi", "mine")) var mine = false
  @Option(help: help("của người này", "of this clerk")) var clerk: String?
  @Option(help: help("thuộc thủ tục này", "of this procedure")) var procedure: String?
  @Option(help: help("đến hạn trước ngày này", "due before this date")) var dueBefore: String?
  @Option(help: help("có tình trạng này", "with this status")) var status: Wire.Status?
  @OptionGroup var past: PastOptions
  @OptionGroup var common: CommonOptions

  mutating func take(from line: inout PlainLine) {
    open = line.flag("--open")
    late = line.flag("--late")
    mine = line.flag("--mine")
    clerk = line.option("--clerk")
    procedure = line.option("--procedure")
    dueBefore = line.option("--due-before")
    status = line.option("--status")
    past = line.group()
    common = line.group()
  }

  func run(_ session: Session) throws {
    let query = Wire.List(
      open: open ? true : nil, late: late ? true : nil, mine: mine ? true : nil, clerk: clerk,
      procedure: procedure,
      dueBefore: try dueBefore.map { try DateInput.wire($0, for: "--due-before", language: session.language) },
      status: status, asOf: try past.wire(session.language), occurred: past.occurred ? true : nil)
    var table = CaseTable(session.language)
    try session.daemon.stream(query, isPatient: past.asOf != nil) { answer in
      if session.wantsJSON {
        try answer.cases.forEach(session.output.json)
      } else {
        answer.cases.forEach { table.add($0) }
      }
      return true
    }
    if !session.wantsJSON { try table.print(to: session.output) }
  }
}
