import Foundation
import Glibc
import TestSupport

/// The program `LedgerReader`, which says what a ledger answers, and is started again when it dies of one.
final class LedgerReader {
  enum Verdict: Hashable {
    /// Every event is what its hash says, and the head is the tree over them.
    case whole(Answers)
    case damaged(String)
    /// LMDB trusts its pages: reading this ledger ends a process, or keeps it for ever.
    case died
  }

  struct Answers: Hashable {
    var size: Int
    var root: String
    /// What the ledger says of itself.
    var marks: String
  }

  static let secondsMax = 30
  private var child: Process?
  private var (input, output) = (Pipe(), Pipe())
  private(set) var deaths = 0
  private let environment: [String: String]

  init(environment: [String: String] = [:]) { self.environment = environment }

  deinit { end() }

  /// What became of a data directory when it was started.
  enum Opening {
    case open(Opened)
    case refused(String)
    case died
  }

  struct Opened: Decodable {
    var size: Int
    var root: String
    /// How often the ledger says that something of it is lost, and that a clock was accepted.
    var losses: Int
    var acceptedClocks: Int
    var isClockDoubted: Bool
    /// The cases whose erasure stands in the ledger, and those whose key opens nothing.
    var (erased, closed): (Set<Int>, Set<Int>)
    /// What the key beside the ledger has signed then, or why it has signed nothing; neither when there is none.
    var signed: Head?
    var refusal: String?
  }

  /// What a key has signed.
  struct Head: Decodable, Hashable {
    var size: Int
    var root: String
  }

  /// Starts a data directory as after another boot, with what lies apart from it, signs what it has, and verifies it.
  func open(_ directory: String) throws -> Opening {
    guard let line = try ask("open " + directory) else { return .died }
    guard line.hasPrefix("open ") else { return .refused(line) }
    return .open(try JSONDecoder().decode(Opened.self, from: Data(line.utf8.dropFirst("open ".utf8.count))))
  }

  private func ask(_ question: String) throws -> String? {
    if child?.isRunning != true { try start() }
    try input.fileHandleForWriting.write(contentsOf: Data((question + "\n").utf8))
    if let line = line() { return line }
    end()
    deaths += 1
    return nil
  }

  func read(_ directory: String) throws -> Verdict {
    guard let line = try ask(directory) else { return .died }
    let words = line.split(separator: " ", maxSplits: 3).map(String.init)
    guard words.first == "whole", words.count == 4, let size = Int(words[1]) else { return .damaged(line) }
    return .whole(Answers(size: size, root: words[2], marks: words[3]))
  }

  private func start() throws {
    (input, output) = (Pipe(), Pipe())
    let process = Process()
    process.executableURL = Project.products.appending(path: "LedgerReader")
    process.environment = ["SWIFT_BACKTRACE": "enable=no"].merging(environment) { $1 }
      .merging(["MOTCUA_BOOT_ID": "another"]) { $1 }
    (process.standardInput, process.standardOutput, process.standardError) = (input, output, FileHandle.nullDevice)
    try process.run()
    child = process
  }

  /// The next line; nil when the child has died, or says nothing for too long.
  private func line() -> String? {
    let descriptor = output.fileHandleForReading.fileDescriptor
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while bytes.last != UInt8(ascii: "\n") {
      var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&ready, 1, Int32(Self.secondsMax * 1000)) > 0 else { return nil }
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count <= 0 { return nil }
      bytes += buffer[..<count]
    }
    return String(decoding: bytes.dropLast(), as: UTF8.self)
  }

  private func end() {
    guard let child else { return }
    if child.isRunning { kill(child.processIdentifier, SIGKILL) }
    child.waitUntilExit()
    self.child = nil
  }
}
