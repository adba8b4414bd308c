import Desk
import DeskInterface

extension Wire.ClockAccepted {
  init(_ facts: ClockAccepted, time: (Timestamp) -> String) {
    self.init(shown: time(facts.shown), expected: time(facts.expected))
  }
}
