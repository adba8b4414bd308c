import DeskInterface
import Fuzzing
import Varlink

/// Reads a text as every message of our interfaces. What is read as one is written again and read as the same, and the
/// interface's own text allows what the strict reader takes, and nothing else.
func checkReaders(_ node: JSONNode) {
  for method in Wire.methods { checkMethod(method, node) }
  for error in Wire.errors { check(error, node) }
}

private let interfaces = WireInterfaces.texts.compactMap { try? InterfaceDescription(parsing: $0) }

private func checkMethod<Method: WireMethod>(_ method: Method.Type, _ node: JSONNode) {
  check(Method.self, node)
  check(Method.Answer.self, node)
  let call = Call(method: Method.method)
  guard let interface = interfaces.first(where: { $0.name == call.interface }), let name = call.shortMethod else {
    fail("\(Method.method) is of no interface")
  }
  var expected: InterfaceMismatch?
  do { try interface.validate(parameters: node, of: name) } catch { expected = error }
  var found: InterfaceMismatch?
  do { _ = try Method(node, unknown: .refused) } catch { found = error }
  // A call's parameters are an object: nothing else gets so far.
  if node.kind == .object { require(found == expected, "\(name): the reader takes what the text allows") }
}

private func check<Message: JSONReadable & JSONWritable>(_ type: Message.Type, _ node: JSONNode) {
  guard let message = try? type.init(node, unknown: .skipped) else { return }
  let (written, sorted) = (message.json, message.sortedJSON)
  require(
    (try? type.init(json: written, unknown: .refused).json) == written || hasNewerWord(type, written), "written, read")
  require((try? type.init(json: sorted).json) == written, "in any order")
}

/// A word that nobody knows is kept as it came, and only read where such are kept.
private func hasNewerWord<Message: JSONReadable>(_ type: Message.Type, _ text: [UInt8]) -> Bool {
  do {
    _ = try type.init(json: text, unknown: .refused)
    return false
  } catch {
    return (error as? InterfaceMismatch)?.reason == .notInEnumeration
  }
}
