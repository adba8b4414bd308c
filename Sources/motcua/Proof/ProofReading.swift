import DeskInterface
import Varlink

extension ProofFile {
  /// Reads what `text` gives, in any layout, and nothing besides: what a reader would pass over, a forger could use.
  init(_ text: String) throws(ProofError) {
    let root: JSONNode
    do throws(StrictJSON.Failure) {
      root = try StrictJSON.parse(Array(text.utf8))
    } catch {
      throw .notJSON(error)
    }
    guard let format = root["format"]?.string else { throw .notAProof }
    guard format.utf8.elementsEqual(Self.format.utf8) else { throw .unknownFormat(format) }
    let file = ProofObject(root)
    let kind = try file.string("kind")
    switch kind {
    case "case":
      try file.allowOnly([
        "format", "kind", "code", "checkpoint", "verifierKey", "events", "key", "keySlot",
      ])
      self = .events(
        EventsProof(
          code: try file.string("code"), checkpoint: try file.string("checkpoint"),
          verifierKey: try file.string("verifierKey"), events: try Self.events(file),
          disclosed: try Self.disclosed(file)
        ))
    case "consistency":
      try file.allowOnly(["format", "kind", "old", "new", "verifierKey", "path"])
      self = .growth(
        GrowthProof(
          old: try file.string("old"), new: try file.string("new"), verifierKey: try file.string("verifierKey"),
          path: try file.strings("path")))
    default: throw .unknownKind(kind)
    }
  }

  private static func events(_ file: ProofObject) throws(ProofError) -> [Wire.ProvedEvent] {
    var events: [Wire.ProvedEvent] = []
    for event in try file.objects("events") {
      try event.allowOnly(["position", "record", "path"])
      events.append(
        Wire.ProvedEvent(
          position: try event.integer("position"), record: try event.string("record"), path: try event.strings("path")))
    }
    return events
  }

  /// A key without its slot, or the other way round, is half of what was meant.
  private static func disclosed(_ file: ProofObject) throws(ProofError) -> DisclosedKey? {
    guard file.has("key") || file.has("keySlot") else { return nil }
    return DisclosedKey(key: try file.string("key"), slot: try file.integer("keySlot"))
  }
}

/// An object of a proof file, read member by member; it knows where it stands, so that an error can say it.
private struct ProofObject {
  private let node: JSONNode
  private let path: String

  init(_ node: JSONNode, path: String = "") {
    self.node = node
    self.path = path
  }

  func has(_ name: String) -> Bool { node[name] != nil }

  func allowOnly(_ names: Set<String>) throws(ProofError) {
    for (key, _) in node.members {
      let name = key.string ?? ""
      if !names.contains(name) { throw .unexpected(path + name) }
    }
  }

  func string(_ name: String) throws(ProofError) -> String {
    guard let string = try member(name).string else { throw .unexpected(path + name) }
    return string
  }

  func integer(_ name: String) throws(ProofError) -> Int {
    guard let integer = try member(name).integer else { throw .unexpected(path + name) }
    return Int(integer)
  }

  func strings(_ name: String) throws(ProofError) -> [String] {
    var strings: [String] = []
    for (index, element) in try elements(name).enumerated() {
      guard let string = element.string else { throw .unexpected("\(path)\(name)[\(index)]") }
      strings.append(string)
    }
    return strings
  }

  func objects(_ name: String) throws(ProofError) -> [ProofObject] {
    var objects: [ProofObject] = []
    for (index, element) in try elements(name).enumerated() {
      guard element.kind == .object else { throw .unexpected("\(path)\(name)[\(index)]") }
      objects.append(ProofObject(element, path: "\(path)\(name)[\(index)]."))
    }
    return objects
  }

  private func elements(_ name: String) throws(ProofError) -> JSONNode.Elements {
    let member = try member(name)
    guard member.kind == .array else { throw .unexpected(path + name) }
    return member.elements
  }

  private func member(_ name: String) throws(ProofError) -> JSONNode {
    guard let member = node[name] else { throw .missing(path + name) }
    return member
  }
}
