import Desk
import DeskRecords
import DeskService
import EventSourcing
import EventStore
import Glibc
import VarlinkServer
import Wording

/// What is said to the person who starts a daemon that cannot run, in both languages.
enum StartFailure {
  static func text(_ error: any Error) -> Text {
    switch error {
    case CommandFailure.clockSuspect(let doubt):
      Text(
        vi: "giờ máy chỉ \(doubt.shown.wire), lẽ ra là \(doubt.isFloor ? "ít nhất " : "")\(doubt.expected.wire), "
          + "mà việc đặt lại phải ghi giờ vào sổ; hãy chỉnh lại giờ máy, hoặc nếu giờ đúng thì thêm --clock-is-right; chưa có gì bị thay đổi",
        en: "the machine's clock shows \(doubt.shown.wire) and should show \(doubt.isFloor ? "at least " : "")"
          + "\(doubt.expected.wire), and a restore is recorded with its time; put the clock right, or when it is right, say "
          + "--clock-is-right; nothing was changed")
    case StoreError.file(let error) where error.code == EACCES && DataDirectory.hasLeftRoot:
      Text(
        vi: "\(error.vietnamese): root làm việc ở đây với tư cách chủ của thư mục dữ liệu, người không được phép; "
          + "tệp nào root để lại thì hãy giao cho người đó bằng chown",
        en: "\(error): root works here as the owner of the data directory, who may not; "
          + "give him with chown what root has left")
    case CommandFailure.storageFull:
      Text(
        vi: "đĩa không còn chỗ để ghi vào sổ; hãy dọn đĩa rồi làm lại; chưa có gì bị thay đổi",
        en: "the disk has no room for what is to be recorded; make room and do it again; nothing was changed")
    case CommandFailure.storageFailed(let reason):
      Text(vi: "đĩa không ghi được: \(reason)", en: "the disk cannot be written: \(reason)")
    case let error as StoreError: Text(vi: error.vietnamese, en: error.description)
    case let error as ErasedComeBack:
      Text(
        vi:
          "\(error.count.groupedVi) hồ sơ đã xóa dữ liệu cá nhân đọc lại được trong sổ này và chưa xóa lại được: \(error.reason.vi)",
        en: "what was erased can be read again in this ledger, and could not be erased again "
          + "(\(error.count) \(error.count == 1 ? "case" : "cases")): \(error.reason.en)")
    case let error as ListenError: Text(vi: error.vietnamese, en: error.description)
    case let error as RecordError:
      Text(vi: "không đọc được một sự kiện trong sổ: \(error)", en: "an event of the ledger cannot be read: \(error)")
    case let failure as InspectionFailure: failure.reason
    case let failure as UserDatabase.Failure:
      Text(
        vi: "chưa tra được tài khoản mà motcuad chạy: \(SystemErrorText(failure.code).vi)",
        en: "the account that motcuad runs as cannot be looked up: \(failure)")
    case let fault as KeysBackup.Fault: fault.text
    case let refusal as RestoreRefusal: refusal.text
    case let error as UnsafePath: error.text
    case let failure as SegmentReader.Failure: failure.text
    case let error as SettingsError: Text(vi: error.text(.vi), en: error.text(.en))
    case SignedHeadsError.file(let error):
      Text(
        vi: "không đọc hay ghi được bản ghi điểm chốt đã ký: \(error.vietnamese)",
        en: "the record of what was signed cannot be read or written: \(error)")
    case SignedHeadsError.damaged(let path):
      Text(
        vi:
          "\(path) không còn như đã ghi: bản ghi điểm chốt đã ký bị hỏng; dời tệp đi, tạo khóa ký mới, và đặt lại sổ bằng motcuad restore --serials-above để không cấp lại mã đã cấp",
        en:
          "\(path) is not what was written there: the record of what was signed is damaged; move it away, make a new "
          + "signing key, and put the ledger back with motcuad restore --serials-above, so that no code is given twice")
    case let failure as NewFile.Failure:
      Text(
        vi: "không ghi được \(failure.path): \(SystemErrorText(failure.code).vi)", en: "cannot write \(failure)")
    case let failure as InspectorProcess.SpawnFailure:
      Text(
        vi: "không chạy được tiến trình đọc tệp: \(failure.operation): \(SystemErrorText(failure.code).vi)",
        en: "the process that reads the files cannot run: \(failure)")
    default: Text(vi: "không khởi động được: \(error)", en: "cannot start: \(error)")
    }
  }
}

extension StoreError {
  fileprivate var vietnamese: String {
    switch self {
    case .file(let error): "lỗi tệp: \(error.vietnamese)"
    case .storage(let error): "lỗi kho dữ liệu: \(error.vietnamese)"
    case .inUse(let directory):
      "\(directory) đang được một motcuad khác dùng: dừng motcuad đó trước, hoặc chọn thư mục khác bằng --data"
    case .notALedger(let path, let found): "\(path) không phải sổ mà bản này đọc được (\(found))"
    case .newerLedger(let path, let schema):
      "\(path) do bản motcuad mới hơn ghi (dạng \(schema)): hãy chạy bản đó; chưa có gì bị thay đổi"
    case .ledgerMissing(let path, let there):
      "thiếu \(path) \(there.isEmpty ? "mà chỉ còn thư mục của nó" : "trong khi những gì thuộc về nó còn đó: \(there.joined(separator: ", "))"); "
        + "hãy đặt lại toàn bộ sổ, hoặc dùng motcuad restore đặt bản sao lưu vào một thư mục trống; chưa có gì bị thay đổi"
    case .ledgerLost(let path, let known):
      "thiếu \(path) nhưng trước đây đã có sổ: \(known.joined(separator: " và ")) còn ghi về sổ đó; "
        + "hãy đặt lại thư mục dữ liệu, dùng motcuad restore đặt lại bản sao lưu sổ, hoặc bắt đầu sổ khác bằng "
        + "`motcuad run --accept-ledger` (việc này được ghi vào sổ); chưa có gì bị thay đổi"
    case .occupied(let path):
      "\(path) đã có và không bị ghi đè: hãy chọn thư mục trống bằng --data; chưa có gì bị thay đổi"
    case .masterKeyMissing(let path):
      "thiếu \(path): không có khóa chính thì không mở được phần dữ liệu cá nhân; hãy đặt lại từ bản sao lưu khóa"
    case .keysDamaged(let path, let slot): "\(path) hỏng ở ô \(slot): hãy đặt lại từ bản sao lưu khóa"
    case .keyMissing(let slot): "không có khóa ở ô \(slot): hãy đặt lại tệp khóa mới nhất"
    case .keyClosed(let slot): "khóa ở ô \(slot) đã bị xóa hoặc không có ở đây"
    case .ledgerBehindViews(let seen, let ledger):
      "các bảng tra cứu đã thấy sự kiện \(seen.rawValue.groupedVi) nhưng sổ chỉ đến \(ledger.rawValue.groupedVi): thiếu sự kiện đã xác nhận; "
        + "hãy đặt lại toàn bộ sổ, hoặc chấp nhận mất bằng `motcuad run --accept-ledger` (việc này được ghi vào sổ); "
        + "chưa có gì bị thay đổi"
    case .ledgerDiffers(let position):
      "sự kiện \(position.rawValue.groupedVi) không phải sự kiện mà các bảng tra cứu đã thấy: sổ đã bị đổi; "
        + "hãy đặt lại đúng sổ, hoặc dùng sổ này bằng `motcuad run --accept-ledger` (việc này được ghi vào sổ); "
        + "chưa có gì bị thay đổi"
    case .ledgerBehindSigned(let size, let ledger):
      "đã ký \(size.rawValue.groupedVi) sự kiện nhưng sổ chỉ đến \(ledger.rawValue.groupedVi): đây là sổ cũ được đặt lại; hãy đặt lại bản mới nhất "
        + "bằng motcuad restore, hoặc chấp nhận mất bằng `motcuad run --accept-ledger` (việc này được ghi vào sổ); "
        + "chưa có gì bị thay đổi"
    case .ledgerNotSigned(let size):
      "\(size.rawValue.groupedVi) sự kiện đầu không phải những sự kiện đã ký: sổ đã bị đổi; hãy đặt lại đúng sổ, hoặc dùng sổ này bằng "
        + "`motcuad run --accept-ledger` (việc này được ghi vào sổ); chưa có gì bị thay đổi"
    case .ledgerBehindRestore(let known):
      "\(known) ghi một lần đặt lại sổ hoặc chấp nhận mất mà sổ này không có: đây là sổ cũ được đặt lại; hãy đặt lại bản mới "
        + "nhất bằng motcuad restore, hoặc chấp nhận mất bằng `motcuad run --accept-ledger` (việc này được ghi vào sổ); "
        + "chưa có gì bị thay đổi"
    case .ledgerDamaged(let position, let reason): "sổ hỏng ở sự kiện \(position.rawValue.groupedVi): \(reason)"
    case .versionConflict(let stream, let expected, let actual):
      "chuỗi sự kiện số \(stream) đang ở phiên bản \(actual.rawValue), không phải \(expected.rawValue)"
    case .notADemo(let directory): "\(directory) là sổ thật: đồng hồ thử chỉ dùng được cho sổ DEMO"
    case .notOurs(let path):
      "\(path) không còn là tệp mà motcuad này đang dùng: có người đã xóa hoặc thay nó; motcuad dừng và không đụng tới gì nữa"
    case .mapFull(let map, let bytes):
      "\(map == .ledger ? "sổ" : "các bảng tra cứu") đã lớn tới giới hạn \(bytes >> 20) MiB: hãy tăng map_mib_max trong motcuad.toml "
        + "rồi khởi động lại; không mất gì"
    case .unexpected(let what): "lỗi không lường trước: \(what)"
    }
  }
}

extension KeysBackup.Fault {
  var text: Text {
    switch self {
    case .notABackup:
      Text(vi: "tệp khóa không phải bản sao lưu khóa của motcua", en: "the file of keys is not a backup made by motcua")
    case .newer(let schema):
      Text(
        vi: "tệp khóa do bản mới hơn ghi (dạng \(schema)): hãy dùng bản đó",
        en: "a newer release wrote the file of keys (schema \(schema)): use that release")
    case .damaged:
      Text(
        vi: "tệp khóa bị cắt hoặc bị đổi: hãy dùng bản sao lưu khóa khác",
        en: "the file of keys is cut short or changed: use another backup of the keys")
    case .older(let slots, let needed):
      Text(
        vi:
          "tệp khóa cũ hơn sổ: chỉ đến chuỗi sự kiện số \(slots), sổ cần đến số \(needed); hãy dùng bản sao lưu khóa mới hơn",
        en:
          "the keys are older than the ledger: they end at stream \(slots), and it needs \(needed); use a later backup")
    case .ofAnotherLedger(let slot):
      Text(
        vi: "tệp khóa không phải của sổ này: khóa của chuỗi sự kiện số \(slot) khác với cam kết trong sổ",
        en: "the keys are not of this ledger: that of stream \(slot) is not the one that the ledger commits to")
    }
  }
}

extension ListenError {
  fileprivate var vietnamese: String {
    switch self {
    case .pathTooLong(let path): "đường dẫn socket \(path) dài hơn 107 byte: hãy chọn đường dẫn ngắn hơn"
    case .unsafeDirectory(let path, .notADirectory):
      "\(path) là liên kết hoặc không phải thư mục: hãy chỉ một thư mục thật cho socket"
    case .unsafeDirectory(let path, .belongsTo(let uid)):
      "thư mục \(path) không an toàn cho socket: nó thuộc về uid \(uid); hãy dùng chown, hoặc chọn thư mục khác bằng --socket"
    case .unsafeDirectory(let path, .writableByOthers):
      "thư mục \(path) không an toàn cho socket: người khác ghi được vào đó; hãy chạy chmod go-w \(path)"
    case .heldByAnother(let path): "một tiến trình khác đang phục vụ \(path): hãy dừng nó trước"
    case .notASocket(let path): "\(path) đã có và không phải socket: hãy dời nó đi"
    case .notListening(let descriptor): "mô tả tệp \(descriptor) được trao không phải socket Unix đang nghe"
    case .closedUnexpectedly: "socket đang nghe bị hỏng: hãy khởi động lại"
    case .runTwice: "máy chủ chỉ chạy một lần"
    case .system(let operation, let path, let code):
      "lỗi hệ thống: \(operation) \(path): \(SystemErrorText(code).vi)"
    }
  }
}
