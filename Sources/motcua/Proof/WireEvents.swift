import Desk
import DeskInterface
import DeskWire
import EventSourcing

// A proved event in the form in which the daemon tells events, so that it reads the same from both.
extension Wire.Event {
  init(_ proved: ProvedEvents.Event, code: String) {
    let circumstances = proved.event.circumstances
    func text(_ instant: Timestamp) -> String { instant.rfc3339(at: circumstances.offset) }
    self.init(
      .desk(proved.event.body), circumstances, position: Position(UInt64(clamping: proved.position)), code: code,
      number: proved.number,
      version: Version(proved.version), commandID: CommandID.text(proved.commandID), isClosed: proved.isClosed,
      // Only the office's events hold rules.
      time: text, rules: { _ in "" })
  }
}
