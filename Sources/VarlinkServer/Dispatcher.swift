import Varlink

/// Decides what a frame is before the service answers it. It holds the order of the checks.
struct Dispatcher: Sendable {
  enum Verdict {
    case violation(ProtocolViolation)
    case answered(Answer, Call)
    case forService(PreparedCall, Call)
  }

  private static let own = [ServiceInterface.GetInfo.method, ServiceInterface.GetInterfaceDescription.method]

  private let info: [UInt8]
  private let interfaces: [String: InterfaceDescription]
  /// Of all interfaces, qualified: one look tells that a call is of one.
  private let methods: Set<String>

  init(info: ServiceInfo, interfaces: [InterfaceDescription]) {
    let all = [ServiceInterface.description].compactMap { $0 } + interfaces
    self.interfaces = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }
    methods = Set(all.flatMap { interface in interface.methods.map { "\(interface.name).\($0.name)" } })
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
    guard call.method.isASCII, methods.contains(call.method) else { return .answered(.failure(unknown(call)), call) }
    do {
      guard Self.own.contains(call.method) else {
        return .forService(try service.prepare(call, parameters), call)
      }
      return .answered(try answerItself(call, parameters), call)
    } catch {
      return .answered(.failure(.invalidParameter(error.path)), call)
    }
  }

  /// Why a call is of no method that there is.
  private func unknown(_ call: Call) -> VarlinkError {
    guard let interface = call.interface else { return .invalidParameter("method") }
    return self.interface(interface) == nil ? .interfaceNotFound(interface) : .methodNotFound(call.method)
  }

  private func interface(_ name: String) -> InterfaceDescription? { name.isASCII ? interfaces[name] : nil }

  private func answerItself(_ call: Call, _ parameters: JSONNode) throws(InterfaceMismatch) -> Answer {
    if call.method == ServiceInterface.GetInfo.method {
      _ = try ServiceInterface.GetInfo(parameters, unknown: .refused)
      return .reply(info)
    }
    let wanted = try ServiceInterface.GetInterfaceDescription(parameters, unknown: .refused).interface
    guard let description = interface(wanted) else { return .failure(.interfaceNotFound(wanted)) }
    return .reply(ServiceInterface.GetInterfaceDescription.Answer(description: description.text).json)
  }
}
