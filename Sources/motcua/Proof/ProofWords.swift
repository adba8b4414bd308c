import MerkleTree
import Varlink

extension ProofError {
  /// - Parameter file: that the proof is in.
  func verdict(file: String, _ language: Language) -> Verdict {
    // A file that was tampered with may no longer be JSON: a script must not take that for its own mistake.
    Verdict(sentence: sentence(file, language), next: next, code: Exit.refused, name: name)
  }

  private var next: String? {
    switch self {
    case .publishedSize(let file, _, _, let code):
      CommandLineText(code.map { ["prove", $0, "--checkpoint", file] } ?? ["prove", "--from", file]).text
    case .newerRecord, .unknownFormat: "motcua --version"
    default: nil
    }
  }

  private func sentence(_ file: String, _ language: Language) -> String {
    func ofFile(_ vi: String, _ en: String) -> String { language.say("\(file) \(vi).", "\(file) \(en).") }
    func say(_ vi: String, _ en: String) -> String { language.say("\(vi).", "\(en).") }
    func grouped(_ size: UInt64) -> String { language.grouped(Int(clamping: size)) }
    func counted(_ size: UInt64, _ noun: String) -> String { language.counted(Int(clamping: size), noun) }
    switch self {
    case .notJSON(let failure):
      return ofFile("không phải JSON đúng, sai ở byte \(failure.offset)", "is not JSON: \(failure)")
    case .notAProof: return ofFile("không phải tệp chứng minh của motcua", "is not a proof of motcua")
    case .unknownFormat(let format):
      return ofFile(
        "có dạng “\(format)” mà bản này không biết, chỉ biết “\(ProofFile.format)”",
        "has the format “\(format)”, and this release knows only “\(ProofFile.format)”")
    case .unknownKind(let kind):
      return ofFile(
        "chứng minh điều mà bản này không biết: “\(kind)”", "proves what this release does not know: “\(kind)”")
    case .missing(let path): return ofFile("thiếu \(path)", "has no \(path)")
    case .unexpected(let path):
      return ofFile(
        "sai ở “\(path)”: thừa hoặc không đúng dạng", "is wrong at “\(path)”: not expected, or of another form")
    case .unreadableNote(let note, let error):
      return language.say(
        "\(note.name(.vi)) trong \(note.file ?? file) không đọc được: \(error.vietnamese).",
        "\(note.name(.en)) in \(note.file ?? file) cannot be read: \(error).")
    case .unreadableCheckpoint(let note, let error):
      return language.say(
        "\(note.name(.vi)) trong \(note.file ?? file) không phải điểm chốt: \(error.vietnamese).",
        "\(note.name(.en)) in \(note.file ?? file) is no checkpoint: \(error).")
    case .newerRecord(let position, let schema):
      return ofFile(
        "có sự kiện \(position) theo dạng \(schema), mới hơn bản này: hãy dùng bản motcua mới hơn",
        "has event \(position) of schema \(schema), newer than this release: use a newer motcua")
    case .notSigned(let note, let names):
      let by = names.joined(separator: ", ")
      return say(
        "\(note.name(.vi)) không do khóa nào trong --key ký, mà do: \(by)",
        "\(note.name(.en)) is not signed by a key given with --key; it is signed by \(by)")
    case .forged(let note, let name):
      return say(
        "Chữ ký của \(name) không phải của \(note.name(.vi).lowercased()): nội dung đã bị sửa, đừng tin",
        "The signature of \(name) is not of \(note.name(.en).lowercased()): it was altered, do not trust it")
    case .otherOrigin(let note, let origin, let key):
      return say(
        "\(note.name(.vi)) là của sổ \(origin), nhưng khóa ký là của \(key)",
        "\(note.name(.en)) is of the ledger \(origin), but signed with the key of \(key)")
    case .otherKeyNamed(let key):
      return say("Tệp nêu khóa \(key), nhưng khóa khác đã ký", "The file names the key \(key), but another one signed")
    case .noEvents: return say("Tệp không có sự kiện nào", "The file has no event")
    case .notIncluded(let position):
      return say(
        "Sự kiện \(position) không có trong sổ của điểm chốt: nội dung, vị trí hoặc đường dẫn đã bị sửa",
        "Event \(position) is not in the ledger of the checkpoint: its record, position or path was altered")
    case .beyondCheckpoint(let position, let size):
      return say(
        "Sự kiện \(position) đứng sau điểm chốt (\(grouped(size)) sự kiện)",
        "Event \(position) comes after the checkpoint, which ends at \(grouped(size))")
    case .outOfOrder(let position, let after):
      return say(
        "Sự kiện \(position) đứng sau sự kiện \(after): thứ tự đã bị đổi",
        "Event \(position) stands after event \(after): the order was changed")
    case .missingVersion(let position, let expected, let found):
      return say(
        "Thiếu sự kiện v\(expected): sự kiện \(position) là v\(found)",
        "Event v\(expected) is missing: event \(position) is v\(found)")
    case .otherCase(let position):
      return say("Sự kiện \(position) thuộc hồ sơ khác", "Event \(position) is of another case")
    case .unreadableRecord(let position, let reason):
      return say("Không đọc được sự kiện \(position): \(reason)", "Event \(position) cannot be read: \(reason)")
    case .noReceipt(let position):
      return say(
        "Sự kiện \(position), sự kiện đầu, không phải tiếp nhận", "Event \(position), the first, is not a receipt")
    case .otherCode(let named, let recorded):
      return say(
        "Tệp nói là hồ sơ \(named), nhưng sổ ghi là \(recorded)",
        "The file says case \(named), but the ledger says \(recorded)")
    case .keyNotCommitted:
      return say(
        "Khóa niêm phong trong tệp không phải khóa mà lúc tiếp nhận đã cam kết",
        "The sealing key in the file is not the one that the receipt is committed to")
    case .otherSlot(let named, let recorded):
      return say(
        "Tệp nêu khóa niêm phong số \(named), nhưng sổ ghi số \(recorded)",
        "The file names sealing key \(named), but the ledger says \(recorded)")
    case .sealBroken(let position):
      return say(
        "Phần niêm phong của sự kiện \(position) không mở được bằng khóa trong tệp",
        "The sealed part of event \(position) does not open with the key in the file")
    case .differentOrigins(let old, let new):
      return say(
        "Hai điểm chốt là của hai sổ: \(old) và \(new)", "The two checkpoints are of two ledgers: \(old) and \(new)")
    case .notContinued(let old, let new):
      return say(
        "Sổ ở \(grouped(new)) sự kiện không được chứng minh là nối tiếp sổ ở \(grouped(old)): lịch sử hoặc tệp đã bị sửa",
        "The ledger at \(counted(new, "event")) is not proved to continue that at \(grouped(old)): "
          + "history or the file was altered")
    case .publishedOrigin(let file, let published, let proved):
      return say(
        "\(file) là điểm chốt của sổ \(published), còn tệp chứng minh là của \(proved)",
        "\(file) is a checkpoint of the ledger \(published), and the proof is of \(proved)")
    case .publishedSize(let file, let published, let proved, _):
      return say(
        "\(file) là điểm chốt ở \(grouped(published)) sự kiện, còn tệp chứng minh dùng điểm chốt ở \(grouped(proved)): "
          + "hãy xin tệp chứng minh theo đúng điểm chốt này",
        "\(file) is the checkpoint at \(counted(published, "event")), and the proof is against the one at "
          + "\(grouped(proved)): ask for a proof against this one")
    case .publishedRoot(let file, let size):
      return say(
        "\(file) và tệp chứng minh là hai điểm chốt khác nhau ở cùng \(grouped(size)) sự kiện: sổ có hai lịch sử, hãy báo ngay",
        "\(file) and the proof are two different checkpoints at the same size, \(counted(size, "event")): "
          + "there are two histories of this ledger, report it")
    }
  }
}

extension ProofError.Note {
  func name(_ language: Language) -> String {
    switch self {
    case .ofProof: language.say("Điểm chốt", "The checkpoint")
    case .old: language.say("Điểm chốt cũ", "The old checkpoint")
    case .new: language.say("Điểm chốt mới", "The new checkpoint")
    case .published: language.say("Điểm chốt đã công bố", "The published checkpoint")
    }
  }

  /// Where it is, when it does not stand in the proof.
  var file: String? {
    if case .published(let file) = self { return file }
    return nil
  }
}

extension SignedNoteError {
  var vietnamese: String {
    switch self {
    case .malformedText: "văn bản không kết thúc bằng xuống dòng, hoặc có ký tự điều khiển"
    case .missingSignatures: "không có chữ ký sau một dòng trống"
    case .malformedSignature(let line): "chữ ký thứ \(line) không có dạng “— tên base64”"
    case .tooManySignatures: "có quá nhiều chữ ký"
    case .malformedKeyName(let name): "tên khóa “\(name)” trống hoặc có dấu cách, dấu cộng, ký tự điều khiển"
    case .malformedKey(let text): "“\(text)” không phải khóa Ed25519 dạng tên+mã+base64"
    case .malformedSigningKey: "không phải khóa ký Ed25519"
    case .invalidSignature(let name): "chữ ký của \(name) không phải của văn bản này"
    case .noTrustedSignature: "không có chữ ký nào của khóa được tin"
    case .signingFailed: "không ký được"
    }
  }
}

extension CheckpointError {
  var vietnamese: String {
    switch self {
    case .unterminated: "không kết thúc bằng xuống dòng"
    case .missingLines(let found): "có \(found) dòng, thiếu nơi gốc, số sự kiện hoặc gốc Merkle"
    case .malformedOrigin(let text): "nơi gốc “\(text)” trống hoặc có ký tự điều khiển"
    case .malformedSize(let text): "số sự kiện “\(text)” không phải số thập phân"
    case .malformedRoot(let text): "gốc Merkle “\(text)” không phải 32 byte base64"
    case .malformedExtension(let line): "dòng \(line) trống hoặc có ký tự điều khiển"
    }
  }
}
