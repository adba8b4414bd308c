/// How one kind of stream behaves, without storage, clock or network.
///
/// `decide` turns a command into events or refuses it; `evolve` folds one event into the state and is total: any
/// sequence of events folds, because what is recorded has happened.
public protocol Decider<Command, Event, State, Rejection> {
  associatedtype Command
  associatedtype Event
  associatedtype State
  associatedtype Rejection: Error

  static var initialState: State { get }
  func decide(_ command: Command, _ state: State) throws(Rejection) -> [Event]
  static func evolve(_ state: inout State, _ event: Event)
}

extension Decider {
  /// The state after the events, from the beginning or from `state`.
  public static func fold(_ events: some Sequence<Event>, from state: State? = nil) -> State {
    var state = state ?? initialState
    for event in events { evolve(&state, event) }
    return state
  }
}
