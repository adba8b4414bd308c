import Desk

extension Apologised: CaseBody {
  static var number: Int { 23 }
  static var blank: Apologised { Apologised(cause: "", text: "", answersForDate: false) }
  var schema: UInt32 { 1 }

  mutating func fields<Coder: FieldCoder>(_ body: inout Coder, personal: inout Coder) throws(RecordError) {
    try body.text(1, "cause", &cause)
    try body.instant(2, "new_due", &newDue)
    try body.flag(3, "answers_for_date", &answersForDate)

    try personal.presentText(11, "text", &text)
    try personal.text(19, "signatory", &signatory)
    try personal.text(20, "letter_number", &letterNumber)
  }
}
