import Desk
import EventStore
import Glibc
import MerkleTree
import Wording

/// What is wrong with the file of the key that signs checkpoints.
struct SigningKeyError: Error {
  var path: String
  var reason: Text

  func text(_ language: Language) -> String { "\(path): \(language.pick(reason))" }

  /// An error of the system, in its words.
  static func system(_ path: String, _ code: Int32 = errno) -> SigningKeyError {
    let message = SystemErrorText(code)
    return SigningKeyError(path: path, reason: Text(vi: message.vi, en: message.en))
  }
}

/// The file that holds the key that signs checkpoints: one line, readable by its owner only.
enum SigningKeyFile {
  /// Where the key lies without a setting.
  static func standard(data: String) -> String { data + "/keys/signing" }

  /// The file that the unit hands over as the credential `signing`.
  static let credential = "/etc/credstore/motcua.signing"

  /// The key of the daemon: the file that the setting names, else the credential `signing` of systemd, else the one in
  /// the data directory. Nil when there is none; a file that the setting names must be there.
  static func load(setting: String?, data: String) throws(SigningKeyError) -> NoteSigningKey? {
    if let setting { return try read(setting) }
    if let directory = getenv("CREDENTIALS_DIRECTORY").map({ String(cString: $0) }), !directory.isEmpty {
      let credential = directory + "/signing"
      // systemd gives credentials a mode of its own, and nobody else reaches their directory.
      if isThere(credential) { return try read(credential, isPrivate: true) }
    }
    let path = standard(data: data)
    return isThere(path) ? try read(path) : nil
  }

  /// The key in a file.
  /// - Parameters:
  ///   - isPrivate: whether its place keeps others from the file, so that its mode is not checked.
  ///   - owner: the account that has to be able to read the file, and so must own it; nil when it is the caller's.
  static func read(
    _ path: String, isPrivate: Bool = false, by owner: uid_t? = nil
  ) throws(SigningKeyError) -> NoteSigningKey {
    // A pipe in its place must not hold up the start.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .system(path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system(path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw SigningKeyError(path: path, reason: Text(vi: "không phải tệp thường", en: "is not a regular file"))
    }
    guard isPrivate || status.st_mode & 0o077 == 0 else {
      throw SigningKeyError(
        path: path,
        reason: Text(
          vi: "người khác đọc được khóa ký này; chạy chmod 600 \(path)",
          en: "others may read this signing key; run chmod 600 \(path)"))
    }
    if let owner, status.st_uid != owner {
      let account = (try? UserDatabase.user(uid: owner))?.name ?? "\(owner)"
      throw SigningKeyError(
        path: path,
        reason: Text(
          vi: "\(account), tài khoản chạy motcuad, không đọc được khóa ký này; chạy chown \(account) \(path)",
          en: "\(account), the account that motcuad runs as, cannot read this signing key; run chown \(account) \(path)"
        ))
    }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    guard count >= 0 else { throw .system(path) }
    guard let text = String(validating: bytes[..<count], as: UTF8.self), text.utf8.last == UInt8(ascii: "\n"),
      let key = try? NoteSigningKey(parsing: String(text.dropLast()))
    else {
      throw SigningKeyError(
        path: path,
        reason: Text(
          vi: "không phải khóa ký do motcuad keygen tạo (một dòng PRIVATE+KEY+…)",
          en: "is not a signing key as motcuad keygen makes it (one line, PRIVATE+KEY+…)"))
    }
    return key
  }

  /// Makes the file, durable when it returns, and never over another.
  static func create(
    _ path: String, _ key: NoteSigningKey, isStandard: Bool = false
  ) throws(SigningKeyError) {
    let directory = Files.parent(of: path)
    // Only the daemon's own place is made: a directory that was mistyped must not get a key that nothing replaces.
    if isStandard {
      do throws(FileError) { try Files.makeDirectories(directory) } catch { throw .system(error.path, error.code) }
    }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      if errno == ENOENT {
        throw SigningKeyError(
          path: path,
          reason: Text(
            vi: "chưa có thư mục \(directory); trước hết hãy chạy install -d -m 700 \(directory)",
            en: "there is no directory \(directory); run install -d -m 700 \(directory) first"))
      }
      guard errno == EEXIST else { throw .system(path) }
      throw occupied(path)
    }
    let line = Array((key.storedText + "\n").utf8)
    let isDurable = write(descriptor, line, line.count) == line.count && fsync(descriptor) == 0
    let code = errno
    close(descriptor)
    guard isDurable else {
      // Half a key would stand in the way of the next attempt.
      unlink(path)
      throw .system(path, code)
    }
    do throws(FileError) { try Files.sync(directory) } catch { throw .system(error.path, error.code) }
  }

  /// - Throws: when something is at the path already, so that no key could be made there.
  static func requireAbsent(_ path: String) throws(SigningKeyError) {
    var status = stat()
    if lstat(path, &status) == 0 { throw occupied(path) }
  }

  private static func occupied(_ path: String) -> SigningKeyError {
    SigningKeyError(
      path: path,
      reason: Text(
        vi: "đã có, không ghi đè vì khóa mất thì không gì thay được; "
          + "xem nửa công khai bằng motcuad keygen --public \(path); nếu phải có khóa mới thì dời khóa cũ đi trước",
        en: "is there already and is not written over, because nothing replaces a lost key; "
          + "see its public half with motcuad keygen --public \(path); where a new key is needed, move the old one away first"
      ))
  }

  private static func isThere(_ path: String) -> Bool {
    // A path that cannot be looked at counts as there, so that reading it reports why.
    access(path, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR)
  }
}
