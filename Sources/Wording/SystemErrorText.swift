import Glibc

/// What the system says of a failed call (`errno`), in both languages: the system itself speaks English to programs that
/// carry no locale.
public struct SystemErrorText: Hashable, Sendable {
  public let vi: String
  /// As strerror(3) has it.
  public let en: String

  public init(_ code: Int32) {
    let name = strerror(code).map { String(cString: $0) }
    en = name ?? "error \(code)"
    vi = Self.vietnamese[code] ?? "lỗi hệ thống số \(code) (\(en))"
  }

  /// The errors that people meet. Any other one is told by its number, with the system's own words behind it.
  private static let vietnamese: [Int32: String] = [
    EPERM: "thao tác không được phép",
    ENOENT: "không có tệp hoặc thư mục đó",
    EINTR: "bị ngắt giữa chừng",
    EIO: "đĩa hoặc thiết bị lỗi khi đọc ghi",
    ENXIO: "không có thiết bị đó",
    EBADF: "tệp không còn mở được để làm việc đó",
    ECHILD: "không có tiến trình con",
    EAGAIN: "tạm thời chưa làm được, thử lại sau",
    ENOMEM: "hết bộ nhớ",
    EACCES: "không có quyền truy cập",
    EBUSY: "đang được dùng",
    EEXIST: "đã có rồi",
    EXDEV: "ở hai hệ thống tệp khác nhau",
    ENODEV: "không có thiết bị đó",
    ENOTDIR: "không phải thư mục",
    EISDIR: "là thư mục",
    EINVAL: "tham số không hợp lệ",
    ENFILE: "máy đã mở quá nhiều tệp",
    EMFILE: "tiến trình đã mở quá nhiều tệp",
    ETXTBSY: "chương trình đang chạy",
    EFBIG: "tệp quá lớn",
    ENOSPC: "đĩa hết chỗ",
    EROFS: "hệ thống tệp chỉ cho đọc",
    EMLINK: "quá nhiều liên kết",
    EPIPE: "phía nhận đã đóng",
    ENAMETOOLONG: "tên tệp quá dài",
    ENOSYS: "hệ thống không có lời gọi đó",
    ENOTEMPTY: "thư mục không trống",
    ELOOP: "quá nhiều liên kết tượng trưng nối nhau",
    EOVERFLOW: "giá trị quá lớn",
    EBADMSG: "nội dung không đúng dạng",
    EADDRINUSE: "địa chỉ đang được dùng",
    ECONNREFUSED: "kết nối bị từ chối",
    ECONNRESET: "kết nối bị phía kia cắt",
    ETIMEDOUT: "quá thời gian chờ",
    EHOSTUNREACH: "không tới được máy đó",
    ESTALE: "chỗ đã mở không còn là chỗ mang tên đó",
    EDQUOT: "hết hạn mức đĩa",
    EOPNOTSUPP: "hệ thống tệp không hỗ trợ",
  ]
}
