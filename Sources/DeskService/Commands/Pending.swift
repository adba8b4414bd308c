import Desk

extension CommandWriter {
  /// A command that waits for the writer's thread, or is being recorded there.
  ///
  /// One object, because it goes from hand to hand: through the queue, into a group, past its decision and to its answer. A
  /// command has many texts, and each copy of a value would take hold of all of them.
  final class Pending: Sendable {
    let work: Work
    let reply: @Sendable (Result<Accepted, CommandFailure>) -> Void

    init(work: Work, reply: @escaping @Sendable (Result<Accepted, CommandFailure>) -> Void) {
      self.work = work
      self.reply = reply
    }

    var isOffice: Bool { if case .office = work { true } else { false } }
  }

  enum Work: Sendable {
    case command(CommandRequest)
    case office(OfficeCommand, Actor, byHolder: Bool)

    /// The case that it is about, as it was typed.
    var code: String {
      if case .command(let request) = self, case .existing(let code) = request.target { code } else { "" }
    }
  }

  /// What waits for the writer's thread.
  enum Turn: Sendable {
    case command(Pending)
    /// Done between two commits, when nothing else is being written.
    case between(@Sendable () -> Void)
  }
}
