import Varlink

/// Decides what a frame is before the service sees it. It holds the order of the checks.
struct Dispatcher: Sendable {
  enum Verdict {
    case violation(ProtocolViolation)
    case answered(Answer, Call)
    case forService(Call)
  }

  private let info: ServiceInterface.GetInfo
  private let interfaces: [String: InterfaceDescription]

  init(info: ServiceInfo, interfaces: [InterfaceDescription]) {
    let all = [ServiceInterface.description].compactMap { $0 } + interfaces
    self.interfaces = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }
    var names: Set<String> = []
    self.info = ServiceInterface.GetInfo(info, interfaces: all.map(\.name).filter { names.insert($0).inserted })
  }

  func judge(_ frame: [UInt8]) -> Verdict {
    let call: Call
    let parameters: JSONNode
    do { (call, parameters) = try Call.parse(frame) } catch { return .violation(error) }
    guard let interface = call.interface, let method = call.shortMethod else {
      return .answered(.failure(.invalidParameter("method")), call)
    }
    guard let description = interfaces[interface] else {
      return .answered(.failure(.interfaceNotFound(interface)), call)
    }
    guard description.method(named: method) != nil else {
      return .answered(.failure(.methodNotFound(call.method)), call)
    }
    do { try description.validate(parameters: parameters, of: method) } catch {
      return .answered(.failure(.invalidParameter(error.path)), call)
    }
    guard interface == ServiceInterface.name else { return .forService(call) }
    return .answered(answerItself(call, parameters), call)
  }

  private func answerItself(_ call: Call, _ parameters: JSONNode) -> Answer {
    if call.method == ServiceInterface.GetInfo.method { return reply(info, to: call) }
    let wanted = parameters["interface"]?.string ?? ""
    guard let description = interfaces[wanted] else { return .failure(.interfaceNotFound(wanted)) }
    return reply(ServiceInterface.GetInterfaceDescription.Reply(description: description.text), to: call)
  }

  private func reply(_ value: some Encodable, to call: Call) -> Answer {
    do { return .reply(try Coding.encode(value)) } catch { return .failure(.methodNotImplemented(call.method)) }
  }
}
