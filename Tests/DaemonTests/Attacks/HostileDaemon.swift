import DeskInterface
import Foundation
import Glibc
import Synchronization
import Varlink

/// What a client may meet at a socket that is not ours, or in a ledger from elsewhere: every answer has the shape that the
/// interface asks for, and one text in every string.
final class HostileDaemon: Sendable {
  let socket: String
  private let descriptor: Int32
  private let directory: String
  private let interfaces: [InterfaceDescription]
  private let text: String
  /// The qualified name of the error to answer with instead, and the one method that is answered with it; every method
  /// while that is nil.
  private let refusal = Mutex<(error: String, method: String?)?>(nil)
  /// The kind of the events that it tells of; the first that the interface lists while it is nil.
  private let eventType = Mutex<Wire.EventType?>(nil)

  init(text: String) throws {
    self.text = text
    interfaces = try Synthetic.interfaces()
    directory = NSTemporaryDirectory() + "motcua-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
    let path = directory + "/s"
    socket = path
    let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let bound = withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard bound == 0, listen(descriptor, 16) == 0 else { throw RunningDaemon.Failure(text: "cannot listen") }
    self.descriptor = descriptor
    Thread { [self] in
      while case let peer = accept(descriptor, nil, nil), peer >= 0 {
        Thread { [self] in serve(peer) }.start()
      }
    }.start()
  }

  func refuse(with error: String?, only method: String? = nil) {
    refusal.withLock { $0 = error.map { ($0, method) } }
  }

  func tell(of type: Wire.EventType?) { eventType.withLock { $0 = type } }

  func close() {
    shutdown(descriptor, Int32(SHUT_RDWR))
    Glibc.close(descriptor)
    try? FileManager.default.removeItem(atPath: directory)
  }

  private func serve(_ peer: Int32) {
    defer { Glibc.close(peer) }
    var splitter = FrameSplitter(limit: 64 << 20)
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = recv(peer, &buffer, buffer.count, 0)
      guard count > 0 else { return }
      do { try splitter.append(Array(buffer[..<count]).span) } catch { return }
      while let frame = splitter.next() {
        let answer = Array(answer(to: frame).utf8) + [0]
        if Glibc.send(peer, answer, answer.count, Int32(MSG_NOSIGNAL)) < 0 { return }
      }
    }
  }

  private func answer(to frame: [UInt8]) -> String {
    let call = (try? JSONSerialization.jsonObject(with: Data(frame))) as? [String: Any]
    let method = call?["method"] as? String ?? ""
    if let (name, refused) = refusal.withLock(\.self), refused ?? method == method {
      for interface in interfaces where name.hasPrefix(interface.name + ".") {
        let error = interface.error(named: String(name.dropFirst(interface.name.count + 1)))
        let parameters = Synthetic(interface: interface, text: text).object(error?.parameters ?? [])
        return "{\"error\":\"\(name)\",\"parameters\":\(parameters)}"
      }
    }
    for interface in interfaces where method.hasPrefix(interface.name + ".") {
      guard let known = interface.method(named: String(method.dropFirst(interface.name.count + 1))) else { continue }
      var synthetic = Synthetic(interface: interface, text: text)
      synthetic.words["\(Wire.EventType.self)"] = eventType.withLock(\.self)?.rawValue
      return "{\"parameters\":\(synthetic.object(known.output))}"
    }
    return "{\"error\":\"org.varlink.service.MethodNotFound\",\"parameters\":{\"method\":\(Synthetic.quoted(text))}}"
  }
}
