import Desk
import DeskInterface
import DeskWire
import EventSourcing
import Testing
import Varlink

@testable import motcua

@Suite struct OutputTests {
  @Test("no control character of a stored text reaches a terminal")
  func escaping() {
    #expect(Terminal.safe("Hoa\u{1B}[31m") == "Hoa‹U+001B›[31m")
    #expect(Terminal.safe("a\u{202E}b\u{2066}c\u{9B}d\u{7F}\u{7}") == "a‹U+202E›b‹U+2066›c‹U+009B›d‹U+007F›‹U+0007›")
    #expect(Terminal.safe("hai\ndòng\tđây") == "hai dòng đây")
    #expect(Terminal.safe("Nguyễn Thị Hoa") == "Nguyễn Thị Hoa")
    let all = String(String.UnicodeScalarView((0..<0x3000).compactMap(Unicode.Scalar.init)))
    for scalar in Terminal.safe(all).unicodeScalars {
      #expect(scalar.value >= 0x20 && !(0x7F..<0xA0).contains(scalar.value))
    }
  }

  @Test("in JSON the same characters are JSON's own escapes, whatever the order of members")
  func json() throws {
    let sample = JSONWriter.object {
      $0.member("zebra", "a\u{1B}\"\\\n\u{202E}\u{9B}")
      $0.member("apple", nil as Int?)
      $0.member("list", [1, 2])
      $0.member("channel", Wire.Channel.onlineAssisted)
      $0.member("inner", Wire.Term(kind: .days, count: 3))
      $0.member("yes", true)
    }
    #expect(
      Terminal.safeJSON(String(decoding: sample, as: UTF8.self))
        == #"{"zebra":"a\u001b\"\\\n\u202e\u009b","list":[1,2],"channel":"onlineAssisted","#
        + #""inner":{"kind":"days","count":3},"yes":true}"#
    )
    #expect(Wire.Changes().json == Array("{}".utf8))
  }

  @Test("Vietnamese letters are one column wide, composed or not")
  func width() {
    #expect(Terminal.width("Nguyễn") == 6)
    #expect(Terminal.width("Nguye\u{302}\u{303}n") == 6)
    #expect(Terminal.width("漢字") == 4)
    #expect(Terminal.cut("Nguyễn Thị Hoa", to: 8) == "Nguyễn …")
    #expect(Terminal.width(Terminal.cut("漢字漢字", to: 4)) <= 4)
    #expect(Terminal.cut("Hoa", to: 3) == "Hoa")
  }

  @Test("columns are aligned by width, and cut on a terminal only")
  func table() {
    var table = Table(["Tên", "Số"], rightAligned: [1])
    table.add(["Nguye\u{302}\u{303}n", "5"])
    table.add(["A\u{1B}", "10"])
    let lines = table.lines(columns: nil)
    #expect(lines == ["Tên        Số", "Nguye\u{302}\u{303}n      5", "A‹U+001B›  10"])
    #expect(table.lines(columns: 6).allSatisfy { Terminal.width($0) <= 6 })
  }

  @Test("the days are drawn in one row, counted days in circles")
  func dayRow() {
    let days = [
      Wire.CountedDay(date: "2026-11-23", weekday: 1, kind: .receipt),
      Wire.CountedDay(
        date: "2026-11-24", weekday: 2, kind: .dayOff, note: Wire.Text(vi: "Ngày Văn hóa Việt Nam", en: "Culture Day")),
      Wire.CountedDay(date: "2026-11-25", weekday: 3, kind: .counted, count: 1),
    ]
    #expect(DayRow.lines(days, .vi, columns: nil) == ["T2 23 · T3 24 nghỉ · T4 25 ①"])
    #expect(DayRow.lines(days, .en, columns: nil) == ["Mon 23 · Tue 24 off · Wed 25 ①"])
    #expect(DayRow.lines(days, .vi, columns: 20) == ["T2 23 · T3 24 nghỉ", "T4 25 ①"])
    #expect(DayRow.notes(days, .vi) == ["24/11: Ngày Văn hóa Việt Nam"])
    let turn = [
      Wire.CountedDay(date: "2026-11-29", weekday: 7, kind: .weekend),
      Wire.CountedDay(date: "2026-12-01", weekday: 2, kind: .counted, count: 21),
    ]
    #expect(DayRow.lines(turn, .vi, columns: nil) == ["CN 29 nghỉ · T3 1/12 (21)"])
    #expect((DayRow.circled(1), DayRow.circled(20), DayRow.circled(21)) == ("①", "⑳", "(21)"))
  }

  @Test("times are spoken at the office's own clock")
  func moments() throws {
    let moment = try #require(Moment("2026-11-26T17:00:00+07:00"))
    #expect(moment.spoken(.vi) == "17:00 thứ Năm 26/11/2026")
    #expect(moment.spoken(.en, reference: moment) == "17:00 Thu 26/11")
    #expect(Moment("2026-11-26T10:00:00Z")?.at == moment.at)
    #expect(Moment("1970-01-01T00:00:00.000001Z")?.at == Timestamp(microseconds: 1))
    #expect(Moment("2000-02-29T00:00:00Z")?.day.weekday == 2)
    for text in ["", "2026-11-26", "2026-02-30T00:00:00Z", "2026-11-26T17:00:00", "2026-11-26T17:00:00+07:00x"] {
      #expect(Moment(text) == nil)
    }
  }

  private func receipt(
    _ status: Wire.Status, late: Bool = false, recordedAt: String = "2026-11-23T09:00:00+07:00", owes: [Wire.Duty] = []
  ) -> Wire.Receipt {
    Wire.Receipt(
      code: "H-261123-0001", number: 1, version: 1, position: 1, recordedAt: recordedAt, repeated: false,
      status: status,
      late: late, due: "2026-11-26T17:00:00+07:00", provisional: false, owes: owes)
  }

  @Test("every success ends with the next duty")
  func duties() {
    let due = Wire.Duty(kind: .decision, at: "2026-11-26T17:00:00+07:00")
    #expect(ReceiptForm.nextDuty(receipt(.received, owes: [due]), .vi) == "Hạn 17:00 thứ Năm 26/11 · không nợ gì")
    #expect(ReceiptForm.nextDuty(receipt(.received), .en) == "Due 17:00 Thu 26/11 · owes nothing")
    let late = receipt(
      .processing, late: true, recordedAt: "2026-11-27T08:00:00+07:00",
      owes: [Wire.Duty(kind: .apology, at: due.at), due])
    #expect(
      ReceiptForm.nextDuty(late, .en)
        == "Due 17:00 Thu 26/11 · past due · owes an apology since 17:00 Thu 26/11 · "
        + "owes a result since 17:00 Thu 26/11"
    )
    #expect(ReceiptForm.nextDuty(receipt(.returned, late: true), .vi) == "Trễ hạn · không nợ gì")
  }

  @Test("a notice is owed from the start, with its date, in both languages")
  func notice() {
    let told = receipt(
      .returned, owes: [Wire.Duty(kind: .notice, at: "2026-11-23T17:00:00+07:00")])
    #expect(ReceiptForm.nextDuty(told, .vi) == "Đúng hạn · nợ dân thông báo, hạn 17:00 thứ Hai 23/11")
    #expect(ReceiptForm.nextDuty(told, .en) == "On time · owes a notice, due 17:00 Mon 23/11")
  }

  @Test("an event without a code is the office's, unless its stream says otherwise")
  func streams() {
    func place(_ number: Int, _ code: String?, _ stream: Wire.Told<Wire.StreamKind>?, _ language: Language) -> String {
      var event = Wire.Event(
        position: 7, code: code, number: number, version: 2, type: .progressed,
        recordedAt: "2026-11-26T17:00:00+07:00", occurredAt: "2026-11-26T17:00:00+07:00", uid: 0, account: "root",
        commandId: "x", rulesPosition: 1, imported: false)
      event.stream = stream
      let parts = EventLine.text(event, showsCode: true, language).split(separator: "  ")
      return parts.count > 1 ? String(parts[1]) : ""
    }
    #expect(place(0, nil, nil, .en) == "the office" && place(0, nil, .known(.office), .vi) == "cơ quan")
    #expect(place(7, "H-261123-0001", nil, .en) == "H-261123-0001")
    #expect(place(7, nil, .known(.caseStreamKind), .en) == "case 7")
    #expect(place(7, nil, .known(.caseStreamKind), .vi) == "hồ sơ số 7")
    // Of a newer daemon.
    #expect(place(9, nil, .newer("visit"), .en) == "visit 9")
  }

  @Test("an event says what its stream is about only where its code and number do not")
  func streamOfEvent() {
    let circumstances = CaseEvent.Circumstances(
      recordedAt: Timestamp(microseconds: 0), occurredAt: Timestamp(microseconds: 0), offset: .utc,
      actor: Actor(uid: 0, account: "root"), rules: Position(1))
    func stream(_ body: EventBody, _ number: UInt64, _ code: String?) -> Wire.Told<Wire.StreamKind>? {
      Wire.Event(
        body, circumstances, position: Position(7), code: code, number: number, version: Version(1), commandID: "x",
        isClosed: false, time: { "\($0.microseconds)" }, rules: { _ in "" }
      ).stream
    }
    let progressed = EventBody.desk(.progressed(Progressed(step: "1")))
    let clock = ClockAccepted(shown: Timestamp(microseconds: 0), expected: Timestamp(microseconds: 1))
    #expect(stream(progressed, 7, "H-261123-0001") == nil)
    #expect(stream(.office(.clockAccepted(clock)), 0, nil) == nil)
    #expect(stream(progressed, 7, nil) == .known(.caseStreamKind))
  }

  @Test("a length of time is told in its two greatest units")
  func spans() {
    #expect(
      [0, 59, 61, 3600, 90_061, 864_000].map { Status.span($0, .en) }
        == ["0 s", "59 s", "1 min 1 s", "1 h 0 min", "1 d 1 h", "10 d 0 h"])
    #expect(Status.span(90_061, .vi) == "1 ngày 1 giờ")
  }

  @Test("the slip is form 01, word for word")
  func slip() {
    let slip = Wire.Slip(
      office: Wire.Text(vi: "UBND xã Hoa Lộc", en: ""), place: Wire.Text(vi: "Thanh Hóa", en: ""),
      code: "H56.26.07-261123-0002", applicant: "Nguyễn Thị Hoa", phone: nil,
      procedureName: Wire.Text(vi: "Cải chính hộ tịch", en: ""), subject: nil, papers: ["Tờ khai", "Giấy khai sinh"],
      papersRecorded: true,
      fee: Wire.Text(vi: "Miễn phí", en: ""), receivedAt: "2026-11-23T09:00:00+07:00", receiver: "hoa",
      due: "2026-11-27T17:00:00+07:00", provisional: true, atOnce: false)
    let golden = """
      UBND xã Hoa Lộc
      Thanh Hóa

      GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ
      Mã hồ sơ: H56.26.07-261123-0002

      Tiếp nhận của: Nguyễn Thị Hoa
      Thủ tục: Cải chính hộ tịch
      Giấy tờ đã nhận:
        1. Tờ khai
        2. Giấy khai sinh
      Lệ phí: Miễn phí
      Tiếp nhận lúc: 09:00 thứ Hai 23/11/2026
      Người tiếp nhận: hoa
      Hẹn trả kết quả: 17:00 thứ Sáu 27/11/2026 (tạm tính)

      Nếu trễ hẹn, cơ quan sẽ xin lỗi bằng văn bản và hẹn lại ngày trả.
      """
    #expect(SlipForm.lines(slip).joined(separator: "\n") == golden)
  }

  @Test("numbers are grouped as each language does")
  func numbers() {
    #expect(Language.vi.grouped(1_434) == "1.434")
    #expect(Language.en.grouped(1_234_567) == "1,234,567")
    #expect(Language.en.grouped(-12) == "-12")
  }

  @Test("the tally as JSON has procedures and assistance at the top")
  func tallyJSON() throws {
    let counts = Wire.Counts(received: 1, resolvedOnTime: 1, resolvedLate: 0, withdrawn: 0, withdrawnLate: 0)
    let columns = Wire.Columns(today: counts, yesterday: counts, thisWeek: counts, thisMonth: counts, all: counts)
    let tally = TallyJSON(Wire.Tally.Answer(at: "t", cases: columns, enquiries: columns, complaints: columns))
    let json = String(decoding: tally.json, as: UTF8.self)
    #expect(json.hasPrefix(#"{"at":"t","today":{"received":1,"#))
    #expect(json.contains(#""enquiries":{"today":"#) && json.contains(#""complaints":{"#))
  }
}
