import DeskInterface
import MerkleTree
import Varlink

/// What `import --format cloudevents` does: a whole ledger into an empty one.
struct LedgerImporter {
  let session: Session
  private let bar = ProgressBar()

  init(_ session: Session) { self.session = session }

  func run(_ file: String, keys keyFile: String?) throws {
    defer { bar.clear() }
    // The file may take long to hand over; the daemon looks again.
    let cases = try session.daemon.ask(Wire.GetStatus()).status.cases
    guard cases == 0 else {
      throw Failure.refused(VarlinkError(Wire.LedgerNotEmpty(cases: cases)), commandID: nil)
    }
    let keys = try keyFile.map { try upload(keys: $0) }
    let uploaded = try upload(file)
    var last: Wire.LedgerImportProgress?
    try session.daemon.stream(Wire.ImportLedger(upload: uploaded, keys: keys), isPatient: true) { answer in
      last = answer.progress
      bar.draw(answer.progress.phase.said(title), done: answer.progress.done, total: answer.progress.total)
      return true
    }
    bar.clear()
    guard let last else { throw Failure.protocolViolation("ImportLedger: {}") }
    try report(last, hasKeys: keyFile != nil)
  }

  /// Block by block, because an export may be larger than the memory.
  private func upload(_ path: String) throws -> String {
    let reader = try BlockReader(path, session.language)
    var upload: String?
    while let text = try reader.next() {
      for part in TextFile.parts(of: text) {
        upload = try session.daemon.once(
          Wire.Upload(upload: upload, text: String(part), spool: upload == nil ? true : nil)
        )
        .upload
      }
      bar.draw(session.say("Gửi tệp", "Sending"), done: reader.done, total: reader.size)
    }
    if let upload { return upload }
    return try session.daemon.once(Wire.Upload(text: "", spool: true)).upload
  }

  private func upload(keys path: String) throws -> String {
    let bytes: [UInt8]
    do { bytes = try TextFile.bytes(path) } catch {
      let reason = session.language.system(error.code)
      throw Failure.usage(session.say("Không đọc được \(path): \(reason).", "Cannot read \(path): \(reason)."))
    }
    var upload: String?
    for part in TextFile.parts(of: Base64.encode(bytes)) {
      upload = try session.daemon.once(Wire.Upload(upload: upload, text: String(part))).upload
    }
    return upload ?? ""
  }

  private func title(_ phase: Wire.LedgerImportPhase) -> String {
    switch phase {
    case .checking: session.say("Kiểm tra", "Checking")
    case .writing: session.say("Ghi", "Writing")
    case .building: session.say("Dựng bảng tra cứu", "Building the views")
    case .done: session.say("Xong", "Done")
    }
  }

  private func report(_ progress: Wire.LedgerImportProgress, hasKeys: Bool) throws {
    if session.wantsJSON { return try session.output.json(progress) }
    let (number, language) = (session.language.grouped, session.language)
    let (cases, root, closed) = (progress.cases ?? 0, progress.root ?? "", progress.closed ?? 0)
    try session.output.line(
      session.say(
        "Đã nhập \(number(progress.done)) sự kiện của \(number(cases)) hồ sơ; gốc Merkle \(root)",
        "Brought in \(language.counted(progress.done, "event")) of \(language.counted(cases, "case")); Merkle root \(root)"
      ))
    guard closed > 0 else { return }
    Notice.line(
      session.say(
        "\(number(closed)) hồ sơ chưa mở được dữ liệu cá nhân vì không có khóa ở đây.",
        "\(language.counted(closed, "case")) without a key here: what identifies people in them reads as closed."))
    if !hasKeys {
      Notice.line(
        session.say(
          "Muốn mở được: dừng motcuad, chạy motcuad restore --keys TỆP với bản sao lưu khóa, rồi chạy lại.",
          "To open it: stop motcuad, run motcuad restore --keys FILE with the backup of the keys, and start it again."
        ))
    }
  }
}
