import ArgumentParser
import Desk
import DeskService
import EventStore
import Glibc
import MerkleTree

struct Keygen: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: spoken(
      "Tạo khóa ký điểm chốt, và in nửa công khai của khóa.",
      "Makes the key that signs checkpoints, and prints its public half."))

  @Option(help: help("Thư mục cấu hình.", "The configuration directory."))
  var config: String = Paths.config

  @Option(help: help("Thư mục dữ liệu.", "The data directory."))
  var data: String = Paths.data

  @Option(
    help: help(
      "Tên khóa; để trống thì là motcua/<đầu mã hồ sơ>.", "The key's name, motcua/<code prefix> when left out."))
  var name: String?

  @Option(
    help: help(
      "Tệp khóa sẽ tạo; để trống thì là <data>/keys/signing.", "The file to make, <data>/keys/signing when left out."))
  var out: String?

  @Option(
    name: .customLong("public"),
    help: help("In nửa công khai của tệp khóa này.", "Prints the public half of this key file."))
  var publicHalfOf: String?

  func validate() throws {
    if publicHalfOf != nil, name != nil || out != nil {
      throw ValidationError(
        spoken(
          "--public chỉ đọc, nên không đi cùng --name và --out",
          "--public only reads, so it goes without --name and --out"))
    }
  }

  func run() throws {
    let key = try publicHalfOf == nil ? newKey() : nil
    // Made absolute now, because the working directory may change below.
    let (standard, place) = (Paths.absolute(SigningKeyFile.standard(data: data)), out.map(Paths.absolute))
    do throws(SigningKeyError) {
      if let key {
        try create(key)
        print(key.verifierKey)
        say(advice(resolved(place ?? standard), standard: resolved(standard)))
      } else if let publicHalfOf {
        print(try SigningKeyFile.read(publicHalfOf).verifierKey)
      }
    } catch {
      complain(error.text(Language.current()))
      throw Exit.storage
    }
  }

  private func advice(_ path: String, standard: String) -> Text {
    let place = Text(
      vi:
        "khóa ký ở \(path), hãy sao lưu riêng và giữ kín (motcua backup không chép nó); hãy công bố nửa công khai vừa in ra",
      en: "the signing key is in \(path): back it up apart and keep it secret (motcua backup does not copy it); "
        + "publish the public half that was printed")
    // At these places the daemon finds a key without a setting.
    let isFound = [standard, SigningKeyFile.credential].contains(path)
    let next =
      isFound
      ? Text(vi: "rồi khởi động lại motcuad", en: "and restart motcuad")
      : Text(
        vi:
          "giao tệp cho tài khoản chạy motcuad bằng chown, ghi signing_key = \"\(path)\" vào motcuad.toml (hoặc chép tệp "
          + "thành \(SigningKeyFile.credential)), rồi khởi động lại motcuad",
        en:
          "give the file to the account that motcuad runs as with chown, say signing_key = \"\(path)\" in motcuad.toml "
          + "(or copy the file to \(SigningKeyFile.credential)), and restart motcuad")
    return Text(vi: "\(place.vi), \(next.vi)", en: "\(place.en), \(next.en)")
  }

  /// The path with its links resolved.
  private func resolved(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Records that the key has signed nothing yet, where the daemon will look: a key without such a record signs
  /// nothing. This comes before the key's file, so that no key is there without its record.
  private func begin(_ key: NoteSigningKey, at path: String, in heads: SignedHeadsFile) throws(SigningKeyError) {
    try SigningKeyFile.requireAbsent(path)
    do {
      try DataDirectory.requireSafe(heads.directory.path)
      try heads.change { $0.add(key.verifierKey) }
    } catch {
      throw SigningKeyError(path: heads.path, reason: StartFailure.text(error))
    }
  }

  /// The record that the daemon will look into.
  private func record() throws(SigningKeyError) -> SignedHeadsFile {
    let settings: DaemonSettings
    do throws(SettingsError) { settings = try DaemonSettings.ofCommand(config) } catch {
      throw SigningKeyError(path: error.file, reason: error.reason)
    }
    let heads = settings.apart(data: Paths.absolute(data)).heads
    do throws(UnsafePath) { try DataDirectory.prepare(heads.directory.path, for: data) } catch {
      throw SigningKeyError(path: heads.path, reason: error.text)
    }
    return heads
  }

  /// Makes the file of the key: in a directory of the data directory's owner, as that account; anywhere else, as
  /// whoever runs the command.
  private func create(_ key: NoteSigningKey) throws(SigningKeyError) {
    let heads = try record()
    let path: String
    do throws(UnsafePath) { path = try preparedPath() } catch {
      throw SigningKeyError(path: out ?? data, reason: error.text)
    }
    try begin(key, at: path, in: heads)
    try SigningKeyFile.create(path, key, isStandard: out == nil)
  }

  private func preparedPath() throws(UnsafePath) -> String {
    guard let out else { return SigningKeyFile.standard(data: try DataDirectory.enter(data, makes: true)) }
    let directory = Files.parent(of: out)
    // A missing directory is left to `SigningKeyFile.create`, whose error says what to do.
    guard geteuid() == 0, let owner = Paths.owner(of: directory), let name = out.split(separator: "/").last else {
      return out
    }
    let isOfData = owner != 0 && owner == Paths.owner(of: data)
    return try (isOfData ? DataDirectory.enter(directory) : DataDirectory.stand(in: directory)) + "/" + name
  }

  private func newKey() throws -> NoteSigningKey {
    let name = try self.name ?? "motcua/" + codePrefix()
    do throws(SignedNoteError) {
      return try NoteSigningKey(name: name)
    } catch {
      say(
        Text(
          vi: "--name “\(name)”: tên khóa không được trống, không có dấu cách, dấu cộng hay ký tự điều khiển",
          en: "--name “\(name)”: a key's name is not empty and has no space, plus sign or control character"))
      throw Exit.usage
    }
  }

  private func codePrefix() throws -> String {
    do throws(SettingsError) {
      return try Configuration(config).book.office.codePrefix
    } catch {
      complain(error.text(Language.current()))
      throw Exit.config
    }
  }

  private func say(_ text: Text) { complain(Language.current().pick(text)) }
}
