import DeskInterface

/// Form 01, the receipt and appointment slip. It is the citizen's paper, so it is in Vietnamese whatever the clerk
/// speaks.
enum SlipForm {
  static func lines(_ slip: Wire.Slip) -> [String] {
    var lines = [slip.office.vi, slip.place.vi].filter { !$0.isEmpty }
    lines += ["", "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", "Mã hồ sơ: \(slip.code)", ""]
    func add(_ label: String, _ value: String?) {
      if let value, !value.isEmpty { lines.append("\(label): \(value)") }
    }
    add("Tiếp nhận của", slip.applicant)
    add("Điện thoại", slip.phone)
    add("Thủ tục", slip.procedureName?.vi)
    add("Nội dung", slip.subject)
    if !slip.papers.isEmpty {
      lines.append(slip.papersRecorded ? "Giấy tờ đã nhận:" : "Thành phần hồ sơ theo quy định:")
      lines += slip.papers.enumerated().map { "  \($0.offset + 1). \($0.element)" }
    }
    add("Lệ phí", slip.fee?.vi)
    add("Tiếp nhận lúc", Language.vi.spoken(slip.receivedAt))
    add("Người tiếp nhận", slip.importedAt == nil ? slip.receiver : nil)
    add(
      "Ghi theo sổ cũ",
      slip.importedAt.map { Language.vi.imported(at: $0, by: slip.importedBy ?? "—", from: slip.importedFrom) })
    add("Hẹn trả kết quả", Language.vi.spoken(slip.due) + (slip.provisional ? " (tạm tính)" : ""))
    lines += ["", "Nếu trễ hẹn, cơ quan sẽ xin lỗi bằng văn bản và hẹn lại ngày trả."]
    return lines
  }
}
