import NIOCore
import Varlink

/// Sends the pages of an answer, each as soon as it comes and the client has taken the one before.
struct PageSending: Sendable {
  /// The service's stream ended without a last page: the client must not take what it got for a complete answer.
  struct UnfinishedStream: Error {}

  let core: ServerCore
  let control: ConnectionControl

  func send(_ pages: any AsyncSequence<StreamPage, any Error> & Sendable) async throws -> TaskEnd {
    let (room, uid) = (core.connections.room, control.uid)
    try await room.wait(for: uid) { core.limits }
    for try await page in pages {
      try await send(page)
      if page.isLast { return .sent }
      try await room.wait(for: uid) { core.limits }
    }
    try Task.checkCancellation()
    throw UnfinishedStream()
  }

  /// Sends a page and waits until it is taken, so that a stream has one page in memory and no more.
  private func send(_ page: StreamPage) async throws {
    let bytes = ByteBuffer(Reply(parameters: page.json, continues: !page.isLast))
    let count = bytes.readableBytes
    core.connections.room.take(count, of: control.uid)
    defer { core.connections.room.free(count, of: control.uid, core.limits) }
    try await control.send(bytes)
  }
}
