import Varlink
import VarlinkClient

// What the echo service is asked and answers, read and written by hand.
extension EchoService {
  struct Nothing: JSONWritable {
    func write(to json: inout JSONWriter) {
      json.open()
      json.close()
    }
  }

  struct Text: JSONReadable, JSONWritable, Hashable {
    var text: String

    init(text: String) { self.text = text }

    init(from cursor: inout JSONCursor) throws(InterfaceMismatch) {
      var text: String?
      var object = try cursor.object()
      while try cursor.member(of: &object, ["text"]) != nil { text = try cursor.string() }
      guard let text else { throw cursor.missing("text", in: object) }
      self.text = text
    }

    func write(to json: inout JSONWriter) {
      json.open()
      json.member("text", text)
      json.close()
    }
  }

  struct Who: JSONReadable, JSONWritable, Hashable {
    var uid, gid, pid: Int

    init(uid: UInt32, gid: UInt32, pid: Int32) {
      self.uid = Int(uid)
      self.gid = Int(gid)
      self.pid = Int(pid)
    }

    init(from cursor: inout JSONCursor) throws(InterfaceMismatch) {
      (uid, gid, pid) = (-1, -1, -1)
      var object = try cursor.object()
      while let member = try cursor.member(of: &object, ["uid", "gid", "pid"]) {
        let number = try cursor.integer()
        switch member {
        case 0: uid = number
        case 1: gid = number
        default: pid = number
        }
      }
    }

    func write(to json: inout JSONWriter) {
      json.open()
      json.member("uid", uid)
      json.member("gid", gid)
      json.member("pid", pid)
      json.close()
    }
  }

  /// The one number that a message has.
  struct Number: JSONReadable {
    var value: Int

    init(from cursor: inout JSONCursor) throws(InterfaceMismatch) {
      var value: Int?
      var object = try cursor.object()
      while try cursor.member(of: &object, ["value", "to", "bytes", "milliseconds"]) != nil {
        value = try cursor.integer()
      }
      guard let value else { throw cursor.missing("value", in: object) }
      self.value = value
    }
  }

  struct Bytes: JSONWritable {
    var bytes: Int

    func write(to json: inout JSONWriter) {
      json.open()
      json.member("bytes", bytes)
      json.close()
    }
  }
}

extension Connection {
  func call<Answer: JSONReadable>(
    _ method: String, _ parameters: some JSONWritable, returning: Answer.Type
  ) throws -> Answer {
    try call(method, parameters: parameters.json).read()
  }

  func stream<Answer: JSONReadable>(
    _ method: String, _ parameters: some JSONWritable, of: Answer.Type, _ body: (Answer) throws -> Bool
  ) throws {
    try stream(method, parameters: parameters.json) { try body($0.read()) }
  }
}
