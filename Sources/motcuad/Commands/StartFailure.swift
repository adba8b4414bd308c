import Desk
import DeskRecords
import EventSourcing
import EventStore
import VarlinkServer

/// What is said to the person who starts a daemon that cannot run, in both languages.
enum StartFailure {
  static func text(_ error: any Error) -> Text {
    switch error {
    case let error as StoreError: Text(vi: error.vietnamese, en: error.description)
    case let error as ListenError: Text(vi: error.vietnamese, en: error.description)
    case let error as RecordError:
      Text(vi: "không đọc được một sự kiện trong sổ: \(error)", en: "an event of the ledger cannot be read: \(error)")
    default: Text(vi: "không khởi động được: \(error)", en: "cannot start: \(error)")
    }
  }
}

extension StoreError {
  fileprivate var vietnamese: String {
    switch self {
    case .file(let error): "lỗi tệp: \(error)"
    case .storage(let error): "lỗi kho dữ liệu: \(error)"
    case .inUse(let directory):
      "\(directory) đang được một motcuad khác dùng: dừng motcuad đó trước, hoặc chọn thư mục khác bằng --data"
    case .notALedger(let path, let found): "\(path) không phải sổ mà bản này đọc được (\(found))"
    case .ledgerMissing(let path):
      "thiếu \(path) trong khi các bảng tra cứu của nó còn đó: hãy đặt lại toàn bộ sổ; chưa có gì bị thay đổi"
    case .masterKeyMissing(let path):
      "thiếu \(path): không có khóa chính thì không mở được phần dữ liệu cá nhân; hãy đặt lại từ bản sao lưu khóa"
    case .keysDamaged(let path, let slot): "\(path) hỏng ở ô \(slot): hãy đặt lại từ bản sao lưu khóa"
    case .keyMissing(let slot): "không có khóa ở ô \(slot): hãy đặt lại tệp khóa mới nhất"
    case .keyClosed(let slot): "khóa ở ô \(slot) đã bị xóa hoặc không có ở đây"
    case .ledgerBehindViews(let seen, let ledger):
      "các bảng tra cứu đã thấy sự kiện \(seen.rawValue) nhưng sổ chỉ đến \(ledger.rawValue): thiếu sự kiện đã xác nhận; "
        + "hãy đặt lại toàn bộ sổ; chưa có gì bị thay đổi"
    case .ledgerDiffers(let position):
      "sự kiện \(position.rawValue) không phải sự kiện mà các bảng tra cứu đã thấy: sổ đã bị đổi; "
        + "hãy đặt lại đúng sổ; chưa có gì bị thay đổi"
    case .ledgerDamaged(let position, let reason): "sổ hỏng ở sự kiện \(position.rawValue): \(reason)"
    case .versionConflict(let stream, let expected, let actual):
      "hồ sơ số \(stream) đang ở phiên bản \(actual.rawValue), không phải \(expected.rawValue)"
    case .notADemo(let directory): "\(directory) là sổ thật: đồng hồ thử chỉ dùng được cho sổ DEMO"
    case .unexpected(let what): "lỗi không lường trước: \(what)"
    }
  }
}

extension ListenError {
  fileprivate var vietnamese: String {
    switch self {
    case .pathTooLong(let path): "đường dẫn socket \(path) dài hơn 107 byte: hãy chọn đường dẫn ngắn hơn"
    case .unsafeDirectory(let path, let reason): "thư mục \(path) không an toàn cho socket: \(reason)"
    case .heldByAnother(let path): "một tiến trình khác đang phục vụ \(path): hãy dừng nó trước"
    case .notASocket(let path): "\(path) đã có và không phải socket: hãy dời nó đi"
    case .notListening(let descriptor): "mô tả tệp \(descriptor) được trao không phải socket Unix đang nghe"
    case .closedUnexpectedly: "socket đang nghe bị hỏng: hãy khởi động lại"
    case .runTwice: "máy chủ chỉ chạy một lần"
    case .system: "lỗi hệ thống: \(description)"
    }
  }
}
