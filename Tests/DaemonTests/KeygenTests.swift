import Foundation
import MerkleTree
import TestSupport
import Testing

@testable import motcuad

@Suite("The signing key", .oneAtATime)
struct KeygenTests {
  private static func keygen(_ arguments: [String], language: String = "en") throws -> Program.Outcome {
    // Where a record of the key goes, which is beside the data, is to be gone with the test.
    let home = try Folder()
    let needsData = !arguments.contains("--data") && !arguments.contains("--public")
    return try Operator.run(
      arguments: ["keygen"] + arguments + (needsData ? ["--data", home.path + "/data"] : []), language: language)
  }

  private static func mode(_ path: String) throws -> Int {
    try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
  }

  @Test(
    "given an empty data directory, when a key is made, then its public half alone is printed, and only its owner reads it"
  )
  func make() throws {
    let scratch = try Folder()
    let data = scratch.path + "/new/data"
    let made = try Self.keygen(["--config", RunningDaemon.sampleConfiguration, "--data", data])
    #expect(made.status == 0, "\(made.errors)")
    let verifier = try NoteVerifierKey(parsing: String(made.output.dropLast()))
    #expect(made.output == verifier.description + "\n" && verifier.name == "motcua/H56.26.07")
    #expect(made.errors.contains(data + "/keys/signing"))
    #expect(try Self.mode(data + "/keys/signing") == 0o600)
    #expect(try Self.mode(data + "/keys") == 0o700 && Self.mode(data) == 0o700)
    let text = try String(contentsOfFile: data + "/keys/signing", encoding: .utf8)
    #expect(try NoteSigningKey(parsing: String(text.dropLast())).verifierKey == verifier)
    #expect(!made.errors.contains(text.dropLast()))

    let again = try Self.keygen(["--public", data + "/keys/signing"])
    #expect(again.output == made.output && again.status == 0)
    #expect(try SigningKeyFile.load(setting: nil, data: data)?.verifierKey == verifier)
  }

  @Test("a key that is there is never written over")
  func exclusive() throws {
    let scratch = try Folder()
    let file = scratch.path + "/key"
    #expect(try Self.keygen(["--name", "o", "--out", file]).status == 0)
    let before = try String(contentsOfFile: file, encoding: .utf8)
    let again = try Self.keygen(["--name", "o", "--out", file])
    #expect(again.status == 74 && again.output.isEmpty && again.errors.contains("--public \(file)"))
    #expect(try Self.keygen(["--name", "o", "--out", file], language: "vi").errors.contains("không ghi đè"))
    #expect(try String(contentsOfFile: file, encoding: .utf8) == before)
  }

  @Test("a daemon starts in a directory where a key was made first")
  func daemonAfterwards() throws {
    let daemon = try RunningDaemon()
    #expect(try Self.keygen(["--name", "o", "--data", daemon.data]).status == 0)
    try daemon.start()
    #expect(daemon.stop() == 0)
  }

  @Test("a name that no key can have, and a configuration that is not there, are said so")
  func badInput() throws {
    let scratch = try Folder()
    for name in ["", "a b", "a+b", "a\tb"] {
      let refused = try Self.keygen(["--name", name, "--out", scratch.path + "/key"])
      #expect(refused.status == 64 && refused.errors.contains("--name"), "\(refused.errors)")
    }
    let lost = try Self.keygen(["--config", scratch.path, "--out", scratch.path + "/key"])
    #expect(lost.status == 78 && lost.errors.contains("motcuad.toml"))
    let both = try Self.keygen(["--public", "x", "--name", "y"])
    #expect(both.status == 64 && both.errors.contains("--public"))
    #expect(!FileManager.default.fileExists(atPath: scratch.path + "/key"))
  }

  @Test("a file that is missing, is no key, is a directory, or may be read by others is refused, without its content")
  func unusable() throws {
    let scratch = try Folder()
    let file = scratch.path + "/key"
    func complaint(_ path: String) -> String {
      do throws(SigningKeyError) {
        _ = try SigningKeyFile.read(path)
        return "it was read"
      } catch {
        return error.text(.en)
      }
    }
    #expect(complaint(file).contains("No such file"))
    #expect(complaint(scratch.path).contains("regular file"))
    let key = try NoteSigningKey(name: "o")
    try SigningKeyFile.create(file, key)
    #expect(try SigningKeyFile.read(file).verifierKey == key.verifierKey)
    for mode in [0o640, 0o604, 0o620, 0o610] {
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
      #expect(complaint(file).contains("chmod 600 \(file)"))
    }
    for text in ["", key.storedText, key.storedText + "\n\n", key.verifierKey.description + "\n"] {
      let other = scratch.path + "/\(UUID().uuidString)"
      try text.write(toFile: other, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: other)
      #expect(complaint(other).contains("is not a signing key") && !complaint(other).contains(key.storedText))
    }
  }

  @Test("the key that the setting names comes before the one in the data directory, and must be there")
  func order() throws {
    let scratch = try Folder()
    let (named, own) = (try NoteSigningKey(name: "named"), try NoteSigningKey(name: "own"))
    #expect(try SigningKeyFile.load(setting: nil, data: scratch.path) == nil)
    try SigningKeyFile.create(scratch.path + "/keys/signing", own, isStandard: true)
    try SigningKeyFile.create(scratch.path + "/named", named)
    #expect(try SigningKeyFile.load(setting: nil, data: scratch.path)?.name == "own")
    #expect(try SigningKeyFile.load(setting: scratch.path + "/named", data: scratch.path)?.name == "named")
    #expect(throws: SigningKeyError.self) {
      try SigningKeyFile.load(setting: scratch.path + "/lost", data: scratch.path)
    }
  }

  @Test("the setting is read, and a path from nowhere in particular is refused")
  func setting() throws {
    let settings = try DaemonSettings(SettingsFile(path: "m", text: "signing_key = \"/etc/motcua/signing\"\n"))
    #expect(settings.signingKey == "/etc/motcua/signing")
    #expect(throws: SettingsError.self) { try DaemonSettings(SettingsFile(path: "m", text: "signing_key = \"key\"\n")) }
  }

  @Test(
    "a key in a directory that is missing is refused with the command that makes it, and a new one is told what to do with"
  )
  func advice() throws {
    let scratch = try Folder()
    let lost = try Self.keygen(["--name", "o", "--out", scratch.path + "/a/key"])
    #expect(
      lost.status == 74 && lost.errors.contains("run install -d -m 700 \(scratch.path)/a first"), "\(lost.errors)")
    let apart = try Self.keygen(["--name", "o", "--out", scratch.path + "/key"])
    #expect(apart.errors.contains("signing_key = \"\(scratch.path)/key\"") && apart.errors.contains("chown"))
    let standard = try Self.keygen(["--name", "o", "--data", scratch.path + "/data"])
    #expect(standard.errors.contains("and restart motcuad") && !standard.errors.contains("signing_key"))
  }

  @Test("root means the data of the system's daemon where it is there, unless the environment says otherwise")
  func systemData() throws {
    let system = try Folder()
    let home = { (name: String) in name == "HOME" ? "/home/h" : nil }
    let own = "/home/h/.local/state/motcua"
    #expect(Paths.data(of: 0, system: system.path, home) == system.path)
    #expect(Paths.data(of: 1000, system: system.path, home) == own)
    #expect(Paths.data(of: 0, system: system.path + "/lost", home) == own)
    #expect(Paths.data(of: 0, system: system.path) { $0 == "XDG_STATE_HOME" ? "/state" : nil } == "/state/motcua")
    #expect(Paths.data(of: 0, system: system.path) { $0 == "STATE_DIRECTORY" ? "/s:/t" : nil } == "/s")
  }

  @Test("a start whose signing key cannot be used ends before it opens the ledger")
  func startWithoutKey() throws {
    let daemon = try RunningDaemon()
    daemon.config = try Configuration.copy(into: daemon.home)
    try Configuration.replace(
      daemon.config + "/motcuad.toml", "# signing_key = \"/etc/motcua/signing\"", "signing_key = \"\(daemon.home)/key\""
    )
    try "no key\n".write(toFile: daemon.home + "/key", atomically: true, encoding: .utf8)
    chmod(daemon.home + "/key", 0o600)
    try daemon.launch()
    #expect(daemon.waitForExit() == 78)
    #expect(daemon.log.contains("is not a signing key"), "\(daemon.log)")
    #expect(!FileManager.default.fileExists(atPath: daemon.data))
  }

  @Test("check-config refuses the key that the next start would refuse, with file and line")
  func checked() throws {
    let scratch = try Folder()
    let config = try Configuration.copy(into: scratch.path)
    let (settings, key) = (config + "/motcuad.toml", scratch.path + "/key")
    try Configuration.replace(settings, "# signing_key = \"/etc/motcua/signing\"", "signing_key = \"\(key)\"")
    let lines = try String(contentsOfFile: settings, encoding: .utf8).split(
      separator: "\n", omittingEmptySubsequences: false)
    let line = try #require(lines.firstIndex { $0.hasPrefix("signing_key") }) + 1
    func check() throws -> Client.Outcome { try Operator.run("check-config", "--config", config) }
    let lost = try check()
    #expect(
      lost.status == 78 && lost.errors.contains("\(settings):\(line): signing_key: \(key): No such file"), "\(lost)")
    try "no key\n".write(toFile: key, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key)
    #expect(try check().errors.contains("chmod 600 \(key)"))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
    #expect(try check().errors.contains("is not a signing key"))
    try FileManager.default.removeItem(atPath: key)
    try SigningKeyFile.create(key, try NoteSigningKey(name: "o"))
    #expect(try check().status == 0)
    // Root would read it for an account that cannot.
    let file = try SettingsFile(path: settings, text: lines.joined(separator: "\n"))
    try DaemonSettings.checkSigningKey(file, readableBy: getuid())
    let refusal = #expect(throws: SettingsError.self) {
      try DaemonSettings.checkSigningKey(file, readableBy: getuid() + 54321)
    }
    #expect(refusal?.line == line && refusal?.text(.en).contains("cannot read this signing key; run chown") == true)
  }
}
