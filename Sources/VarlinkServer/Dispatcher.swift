import Varlink

/// Decides what a frame is before the service answers it. It holds the order of the checks.
struct Dispatcher: Sendable {
  enum Verdict {
    case violation(ProtocolViolation)
    case answered(Answer, Call)
    case forService(PreparedCall, Call)
  }

  private let info: [UInt8]
  private let interfaces: [String: InterfaceDescription]

  init(info: ServiceInfo, interfaces: [InterfaceDescription]) {
    let all = [ServiceInterface.description].compactMap { $0 } + interfaces
    self.interfaces = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }
    var names: Set<String> = []
    self.info =
      ServiceInterface.GetInfo.Answer(
        vendor: info.vendor, product: info.product, version: info.version, url: info.url,
        interfaces: all.map(\.name).filter { names.insert($0).inserted }
      ).json
  }

  func judge(_ frame: [UInt8], for service: some VarlinkService) -> Verdict {
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
    do {
      guard interface == ServiceInterface.name else {
        return .forService(try service.prepare(call, parameters), call)
      }
      return .answered(try answerItself(call, parameters), call)
    } catch {
      return .answered(.failure(.invalidParameter(error.path)), call)
    }
  }

  private func answerItself(_ call: Call, _ parameters: JSONNode) throws(InterfaceMismatch) -> Answer {
    if call.method == ServiceInterface.GetInfo.method {
      _ = try ServiceInterface.GetInfo(parameters, unknown: .refused)
      return .reply(info)
    }
    let wanted = try ServiceInterface.GetInterfaceDescription(parameters, unknown: .refused).interface
    guard let description = interfaces[wanted] else { return .failure(.interfaceNotFound(wanted)) }
    return .reply(ServiceInterface.GetInterfaceDescription.Answer(description: description.text).json)
  }
}
