import Desk
import DeskService

/// Records no more commands of one user than he may record. One that was recorded is answered, however often it comes, and
/// one that is refused takes nothing of what he may.
struct CommandCharge: Sendable {
  enum Outcome {
    /// Nothing is taken.
    case free
    /// Taken before, so that not more are under way than may be recorded; `settle` follows.
    case taken(limit: Int)
    /// He may record the next one in so many seconds. It may be recorded already, and not in the views yet.
    case over(limit: Int, seconds: Int)
  }

  let service: DeskService
  /// How many commands a user may record within a minute now; nil without a bound.
  let commandsPerMinute: @Sendable () -> Int?
  private let budget = CommandBudget()

  init(_ service: DeskService, _ commandsPerMinute: @escaping @Sendable () -> Int?) {
    (self.service, self.commandsPerMinute) = (service, commandsPerMinute)
  }

  func take(for request: CommandRequest) throws -> Outcome {
    let uid = request.actor.uid
    guard let limit = commandsPerMinute(), !Roles.isOperator(uid), try !service.isRecorded(request.id, by: uid) else {
      return .free
    }
    return budget.take(of: uid, limit: limit).map { .over(limit: limit, seconds: $0) } ?? .taken(limit: limit)
  }

  func settle(_ limit: Int, for uid: UInt32, _ outcome: Result<Accepted, CommandFailure>) {
    if case .success(let accepted) = outcome, !accepted.isRepeated { return }
    budget.give(of: uid, limit: limit)
  }
}
