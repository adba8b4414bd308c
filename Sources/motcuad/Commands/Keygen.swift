import ArgumentParser
import Desk
import Glibc
import MerkleTree

struct Keygen: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes the key that signs checkpoints, and prints its public half. / Tạo khóa ký điểm chốt.")

  @Option(help: "The configuration directory. / Thư mục cấu hình.")
  var config: String = Paths.config

  @Option(help: "The data directory. / Thư mục dữ liệu.")
  var data: String = Paths.data

  @Option(help: "The key's name, motcua/<code prefix> when left out. / Tên khóa.")
  var name: String?

  @Option(help: "The file to make, <data>/keys/signing when left out. / Tệp khóa.")
  var out: String?

  @Option(
    name: .customLong("public"), help: "Prints the public half of this key file. / In nửa công khai của tệp khóa.")
  var publicHalfOf: String?

  func validate() throws {
    if publicHalfOf != nil, name != nil || out != nil {
      throw ValidationError("--public only reads, so it goes without --name and --out")
    }
  }

  func run() throws {
    let key = try publicHalfOf == nil ? newKey() : nil
    do throws(SigningKeyError) {
      if let key {
        let path = out ?? SigningKeyFile.standard(data: data)
        try SigningKeyFile.create(path, key, isStandard: out == nil)
        print(key.verifierKey)
        say(
          Text(
            vi:
              "khóa ký ở \(path), hãy sao lưu riêng và giữ kín (motcua backup không chép nó); hãy công bố nửa công khai "
              + "vừa in ra, rồi khởi động lại motcuad",
            en: "the signing key is in \(path): back it up apart and keep it secret (motcua backup does not copy it); "
              + "publish the public half that was printed, and restart motcuad"))
      } else if let publicHalfOf {
        print(try SigningKeyFile.read(publicHalfOf).verifierKey)
      }
    } catch {
      complain(error.text(Language.current()))
      throw Exit.storage
    }
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
      throw ExitCode(64)
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
