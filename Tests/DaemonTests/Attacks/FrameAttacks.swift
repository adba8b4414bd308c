import DeskInterface
import Foundation
import Glibc
import TestSupport
import Testing
import Varlink
import VarlinkClient

extension AttackTests {
  private static let status = Array("{\"method\":\"vn.motcua.Admin.GetStatus\"}\0".utf8)

  @Test("a frame of eight megabytes is refused at its first, and so are fifty that never end")
  func oversize() throws {
    try attack(on: try RunningDaemon()) { daemon in
      let answer = try RawSocket(daemon.socket).send(Array(repeating: UInt8(ascii: " "), count: 8 << 20))
      #expect(text(answer).contains("the frame is too long"))
      for _ in 0..<50 {
        let answer = try RawSocket(daemon.socket).send(Array(repeating: UInt8(ascii: "["), count: 2 << 20))
        #expect(text(answer).contains("vn.motcua.Desk.ProtocolViolation"))
      }
      #expect(daemon.log.components(separatedBy: "protocol violation").count == 2, "said once, not fifty times")
    }
  }

  @Test("frames that are begun and left lying end their connections in time, and so does one byte a second")
  func slowFrames() throws {
    let daemon = try RunningDaemon()
    try daemon.configure(["frame_seconds_max": 6])
    try attack(on: daemon) { daemon in
      let lying = try (0..<40).map { _ in try RawSocket(daemon.socket) }
      for socket in lying { socket.write(Array(repeating: UInt8(ascii: " "), count: 1_000_000)) }
      #expect(try daemon.vitals { $0.memoryMiB >= 30 }.memoryMiB >= 30)
      let dripping = try RawSocket(daemon.socket)
      for byte in Self.status.prefix(9) {
        dripping.write([byte])
        usleep(1_000_000)
      }
      #expect(text(dripping.receiveAll()).contains("the frame was not finished within 6 s"))
      for socket in lying { #expect(text(socket.receiveAll()).contains("was not finished within 6 s")) }
    }
  }

  @Test(
    "a client that only listens after its call is answered; two hundred that hang in the middle of one leave nothing")
  func halfClose() throws {
    try attack(on: try RunningDaemon()) { daemon in
      let asker = try RawSocket(daemon.socket)
      asker.write(Self.status + Self.status)
      asker.finishSending()
      #expect(asker.receiveAll().count { $0 == 0 } == 2)
      let halves = try (0..<200).map { _ in try RawSocket(daemon.socket) }
      for socket in halves {
        socket.write(Array(Self.status.prefix(20)))
        socket.finishSending()
      }
      for socket in halves { #expect(socket.receiveAll().isEmpty) }
      // Those that watch stay, because they may listen for days; they are gone when the client is.
      let watchers = try (0..<50).map { _ in try RawSocket(daemon.socket) }
      for socket in watchers {
        socket.write(Array("{\"method\":\"vn.motcua.Views.Watch\",\"more\":true}\0".utf8))
        socket.finishSending()
      }
      usleep(300_000)
      for socket in watchers { socket.close() }
    }
  }

  @Test("a flood of pipelined calls waits with the kernel, and what was sent is answered")
  func pipelining() throws {
    try attack(on: try RunningDaemon()) { daemon in
      let flooder = try RawSocket(daemon.socket)
      let sending = UncheckedBox(flooder)
      let thread = Thread {
        let many = Array(repeating: Self.status, count: 500).flatMap { $0 }
        for _ in 0..<40 { sending.value.write(many) }
        sending.value.finishSending()
      }
      thread.start()
      usleep(1_500_000)
      #expect(!thread.isFinished, "it took in all of it")
      #expect(try daemon.vitals().memoryMiB < 200)
      #expect(flooder.receiveAll().count { $0 == 0 } == 20_000)
      // Behind a call that does not end, even frames of one byte wait as bytes.
      let watchers = try (0..<20).map { _ in try RawSocket(daemon.socket) }
      for watcher in watchers {
        watcher.write(Array("{\"method\":\"vn.motcua.Views.Watch\",\"more\":true}\0".utf8))
        watcher.writeWhatFits(Array(repeating: [UInt8(ascii: "{"), 0], count: 500_000).flatMap { $0 })
      }
      #expect(try daemon.vitals().memoryMiB < 200)
    }
  }

  @Test("a connection that stays open through thousands of calls, one at a time, holds none of them")
  func longLived() throws {
    try attack(on: try RunningDaemon()) { daemon in
      let caller = try RawSocket(daemon.socket)
      let padding = Array(repeating: UInt8(ascii: " "), count: 6_000)
      let call = padding + Array("{\"method\":\"org.varlink.service.GetInfo\"}\0".utf8)
      for _ in 0..<6_000 {
        caller.write(call)
        #expect(text(caller.receiveFrame()).contains("motcua"))
      }
      #expect(try daemon.vitals { $0.memoryMiB < 20 }.memoryMiB < 20)
    }
  }

  @Test("methods that nobody knows, long and each another one, leave nothing behind")
  func unknownMethods() throws {
    try attack(on: try RunningDaemon()) { daemon in
      let stranger = try RawSocket(daemon.socket)
      for prefix in ["vn.motcua.Desk.", "vn.motcua.", "org.varlink.service."] {
        for number in 0..<1000 {
          let method = prefix + "M\(number)x" + String(repeating: "a", count: 3_000)
          stranger.write(Array("{\"method\":\"\(method)\"}\0".utf8))
          #expect(text(stranger.receiveFrame()).contains("\"error\""))
        }
      }
      let metrics = try daemon.connect().ask(Wire.GetMetrics()).text
      #expect(metrics.utf8.count < 200_000 && !metrics.contains("aaaaaa"))
      let count = try #require(
        metrics.split(separator: "\n").first {
          $0.hasPrefix(#"motcua_errors_total{method="",error="org.varlink.service.MethodNotFound"}"#)
        }?.split(separator: " ").last.flatMap { Int($0) })
      #expect(count >= 1000)
    }
  }

  @Test("a client that never reads holds a bounded answer for a bounded time")
  func neverReads() throws {
    let daemon = try RunningDaemon()
    try daemon.configure(["unread_seconds_max": 3])
    try attack(on: daemon) { daemon in
      let describe =
        "{\"method\":\"org.varlink.service.GetInterfaceDescription\","
        + "\"parameters\":{\"interface\":\"vn.motcua.Desk\"}}\0"
      let sockets = try (0..<40).map { _ in try RawSocket(daemon.socket) }
      for socket in sockets {
        socket.writeWhatFits(Array(repeating: Array(describe.utf8), count: 2000).flatMap { $0 })
      }
      #expect(try daemon.vitals().memoryMiB < 200)
      #expect(eventually { daemon.log.contains("an answer was not read") })
      #expect(daemon.log.components(separatedBy: "an answer was not read").count == 2)
    }
  }

  @Test("a connection that says nothing is closed")
  func idle() throws {
    let daemon = try RunningDaemon()
    try daemon.configure(["idle_seconds_max": 2])
    try attack(on: daemon) { daemon in
      let sockets = try (0..<100).map { _ in try RawSocket(daemon.socket) }
      for socket in sockets { #expect(socket.receiveAll().isEmpty) }
    }
  }

  @Test(
    "what is no JSON of ours is refused with the reason and the byte",
    arguments: [
      ("deep", String(repeating: "[", count: 100_000), "too many levels"),
      (
        "33 deep", "{\"method\":\"a.b.C\",\"parameters\":{\"a\":" + String(repeating: "[", count: 33), "too many levels"
      ),
      ("duplicate", "{\"method\":\"a.b.C\",\"parameters\":{\"code\":\"1\",\"c\\u006fde\":\"2\"}}", "already"),
      ("NUL", "{\"method\":\"a.b.C\",\"parameters\":{\"a\":\"\\u0000\"}}", "U+0000"),
      ("surrogate", "{\"method\":\"a.b.C\",\"parameters\":{\"a\":\"\\ud800\"}}", "surrogate"),
    ])
  func notJSON(_ name: String, _ frame: String, _ reason: String) throws {
    try attack(on: try RunningDaemon()) { daemon in
      let answer = text(try RawSocket(daemon.socket).send(Array(frame.utf8) + [0]))
      #expect(answer.contains("vn.motcua.Desk.ProtocolViolation") && answer.contains(reason), "\(answer)")
    }
  }

  @Test("bytes that are no UTF-8 are refused, overlong and surrogate forms among them")
  func invalidUTF8() throws {
    try attack(on: try RunningDaemon()) { daemon in
      for bytes: [UInt8] in [
        [0xFF], [0xC0, 0x80], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80],
      ] {
        let frame = Array("{\"method\":\"".utf8) + bytes + Array("\"}".utf8) + [0]
        let answer = text(try RawSocket(daemon.socket).send(frame))
        #expect(answer.contains("invalid UTF-8"), "\(answer)")
      }
    }
  }

  @Test("a number that is none of ours is refused, however large")
  func hugeNumbers() throws {
    try attack(on: try RunningDaemon()) { daemon in
      let digits = String(repeating: "9", count: 400_000)
      for number in ["1e999", "-1e999", digits, "9223372036854775808", "1.5", "0x10", "1" + digits + "e" + digits] {
        let socket = try RawSocket(daemon.socket)
        socket.write(
          Array("{\"method\":\"vn.motcua.Views.Watch\",\"parameters\":{\"after\":\(number)},\"more\":true}\0".utf8))
        let answer = text(socket.receiveFrame())
        #expect(answer.contains("\"error\""), "\(number.prefix(20)): \(answer)")
      }
    }
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
