import TestSupport
import Varlink

/// A JSON value that is made up, so that it can be spoilt.
indirect enum MadeUp {
  case null
  case bool(Bool)
  case number(String)
  case string(String)
  case array([MadeUp])
  case object([(name: String, value: MadeUp)])

  /// One that fits a type of an interface; what may be missing is there, null or missing.
  init(_ type: FieldType, of interface: InterfaceDescription, _ dice: inout Dice) {
    switch type {
    case .bool: self = .bool(dice.chance(50))
    case .int:
      self = .number(dice.pick(["0", "-0", "1", "-1", "907", "9223372036854775807", "-9223372036854775808"]))
    case .float: self = .number(dice.pick(["0", "1.5", "-2.25e-3", "1e300", "0.1"]))
    case .string: self = .string(Self.text(&dice))
    case .object: self = .object([])
    case .named(let name): self = interface.type(named: name).map { MadeUp($0, of: interface, &dice) } ?? .null
    case .enumeration(let words): self = .string(dice.pick(words))
    case .array(let element):
      self = .array((0..<dice.upTo(4)).map { _ in MadeUp(element, of: interface, &dice) })
    case .map(let element): self = .object([("one", MadeUp(element, of: interface, &dice))])
    case .nullable(let wrapped): self = dice.upTo(5) == 0 ? .null : MadeUp(wrapped, of: interface, &dice)
    case .structure(let fields):
      var members: [(name: String, value: MadeUp)] = []
      for field in fields {
        if case .nullable = field.type, dice.chance(50) { continue }
        members.append((field.name, MadeUp(field.type, of: interface, &dice)))
      }
      if dice.upTo(3) == 0 { members.shuffle(using: &dice) }
      self = .object(members)
    }
  }

  private static func text(_ dice: inout Dice) -> String {
    let parts = ["", "a", "Nguyễn Thị Hoa", "\"\\/", "\n\t\u{8}\u{C}\u{1}", "🙂", "e\u{301}", "K", "\u{212A}", " "]
    return (0..<dice.upTo(3)).map { _ in dice.pick(parts) }.joined()
  }

  /// Changes one thing somewhere inside, after which it may fit its type or not.
  mutating func spoil(_ dice: inout Dice) {
    switch self {
    case .object(var members) where !members.isEmpty && dice.upTo(3) > 0:
      let index = dice.upTo(members.count)
      switch dice.upTo(8) {
      case 0: members.remove(at: index)
      case 1: members.insert((dice.pick(["colour", "", "[0]", "a.b", "Code"]), .number("1")), at: index)
      case 2: members[index].name += dice.pick(["x", "\u{301}", " "])
      default: members[index].value.spoil(&dice)
      }
      self = .object(members)
    case .array(var elements) where !elements.isEmpty && dice.upTo(3) > 0:
      elements[dice.upTo(elements.count)].spoil(&dice)
      self = .array(elements)
    default:
      self = dice.pick([
        .null, .bool(true), .number("1"), .number("1.0"), .number("1e3"), .number("9223372036854775808"),
        .number("1e999"), .number("-0"), .string(""), .string("later"), .string("procedure\u{301}"), .array([]),
        .array([.null]), .array([.string("a"), .number("2")]), .object([]), .object([("code", .null)]),
      ])
    }
  }

  /// As text, with space and escapes wherever JSON lets them be.
  func text(_ dice: inout Dice) -> String {
    let space = dice.upTo(4) == 0 ? dice.pick([" ", "\n", "\t "]) : ""
    switch self {
    case .null: return space + "null"
    case .bool(let bool): return space + "\(bool)"
    case .number(let number): return space + number
    case .string(let string): return space + Self.quoted(string, &dice)
    case .array(let elements):
      return space + "[" + elements.map { $0.text(&dice) }.joined(separator: ",") + space + "]"
    case .object(let members):
      let texts = members.map { Self.quoted($0.name, &dice) + space + ":" + $0.value.text(&dice) }
      return space + "{" + texts.joined(separator: ",") + space + "}"
    }
  }

  private static func quoted(_ string: String, _ dice: inout Dice) -> String {
    guard dice.upTo(10) == 0, let first = string.utf8.first, first < 0x80 else { return JSONWriter.quoted(string) }
    let digits = String(first, radix: 16)
    let escape = "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    // By bytes: a mark that follows would be one character with the quote.
    let rest = JSONWriter.quoted(String(string.unicodeScalars.dropFirst())).utf8.dropFirst()
    return "\"" + escape + String(decoding: Array(rest), as: UTF8.self)
  }
}
