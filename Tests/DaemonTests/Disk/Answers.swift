import DeskInterface
import Varlink
import VarlinkClient

/// What a desk says when it is asked everything.
struct Answers {
  /// By the question; nil where the answer was an error, or none came.
  private(set) var said: [String: String?] = [:]

  /// - Parameter codes: the cases that are asked about one by one.
  init(_ socket: String, codes: [String]) {
    for code in codes {
      ask("show \(code)", socket) { [try $0.ask(Wire.Show(code: code))] }
      ask("history \(code)", socket) { try $0.pages(Wire.History(code: code)).flatMap(\.events) }
      ask("explain \(code)", socket) { [try $0.ask(Wire.Explain(code: code))] }
    }
    ask("list", socket) { try $0.pages(Wire.List()).flatMap(\.cases) }
    ask("list --open", socket) { try $0.pages(Wire.List(open: true)).flatMap(\.cases) }
    ask("list --mine", socket) { try $0.pages(Wire.List(mine: true)).flatMap(\.cases) }
    ask("list --status", socket) { try $0.pages(Wire.List(status: .ready)).flatMap(\.cases) }
    ask("next", socket) { try $0.pages(Wire.Next()).flatMap(\.duties) }
    ask("search", socket) { try $0.pages(Wire.Search(words: "nguoi")).flatMap(\.cases) }
    ask("tally", socket) { desk in
      let tally = try desk.ask(Wire.Tally())
      return [tally.cases, tally.enquiries, tally.complaints]
    }
    ask("status", socket) { desk in
      let status = try desk.ask(Wire.GetStatus()).status
      return [status.cases, status.position, status.viewsPosition]
    }
    // Events as they are stored, to the last that there should be.
    ask("watch", socket) { desk in
      let position = try desk.ask(Wire.GetStatus()).status.position
      return try desk.allEvents(upTo: position)
    }
  }

  var errors: Int { said.values.count { $0 == nil } }

  /// The questions that are answered otherwise than in `right`; an error is no answer.
  func wrong(_ right: Answers) -> [String] {
    said.compactMap { question, answer in
      guard let answer, answer != right.said[question] else { return nil }
      return "\(question): \(answer.prefix(300))"
    }
  }

  private mutating func ask<Answer: JSONWritable>(
    _ question: String, _ socket: String, _ body: (Connection) throws -> [Answer]
  ) {
    let answer = try? {
      let desk = try Connection(path: socket, timeout: .seconds(20))
      var json = JSONWriter()
      json.write(try body(desk))
      return String(decoding: json.bytes, as: UTF8.self)
    }()
    said[question] = .some(answer)
  }
}
