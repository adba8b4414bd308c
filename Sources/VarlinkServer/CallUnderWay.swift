import NIOCore
import Varlink

/// The call that a connection is about, while its answer is not written.
struct CallUnderWay {
  /// Who needs what its task makes: without that the task is cancelled.
  enum Need { case nobody, asker, stream }

  var method = ""
  /// Whether the client takes several replies, or none.
  var (more, oneway) = (false, false)
  /// Whether it has taken one of its user's places for streams.
  var isStream = false
  /// What makes the answer, when that waits for others or takes long.
  var task: Task<Void, Never>?
  var need = Need.nobody
  /// Its answer, while the client has left too much of those before unread.
  var held: ByteBuffer?
  /// Whether the connection is closed after it.
  var isLast = false
  /// What comes after a wait, and what ends the wait.
  var pause: (timer: Scheduled<Void>, then: (ConnectionHandler) -> Void)?

  init() {}

  init(_ call: Call) { (method, more, oneway) = (call.method, call.more, call.oneway) }
}

/// What a task that made an answer ends with.
enum TaskEnd: Sendable {
  case answer(Answer)
  /// All of it is sent.
  case sent
  /// The client cannot be told what is missing; the connection is closed.
  case broken
}
