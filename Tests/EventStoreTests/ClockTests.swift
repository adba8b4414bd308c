import EventSourcing
import EventStore
import Foundation
import TestSupport
import Testing

@Suite("What the clock is measured from")
struct ClockTests {
  @Test("it is known to all that follow in a boot, whatever becomes of the ledger, until something else is kept")
  func remembered() throws {
    let folder = try Folder()
    #expect(try Notebook(folder).store.knownClock() == nil)
    try Notebook(folder).store.keepClock(5)
    let store = try Notebook(folder).store
    #expect(try store.knownClock() == 5)
    // Nor does a stop in order say anything about the clock.
    try store.close()
    #expect(try store.knownClock() == 5)
    try store.keepClock(-9)
    #expect(try store.knownClock() == -9)
  }

  @Test(
    "what another boot says, or what cannot be read, says nothing", arguments: ["boot another\n5\n", "5\n", "", "boot"])
  func another(text: String) throws {
    let folder = try Folder()
    let store = try Notebook(folder).store
    try folder.write(Array(text.utf8), to: "CLOCK")
    #expect(try store.knownClock() == nil)
    try store.keepClock(.max)
    #expect(try store.knownClock() == nil)
    try store.keepClock(9)
    #expect(try store.knownClock() == 9)
  }

  @Test("whoever accepts a loss says nothing about the clock")
  func accepted() throws {
    let folder = try Folder()
    try Notebook(folder).store.keepClock(5)
    try EventStore.accept(folder.path, refused: .ledgerBehindViews(seen: Position(3), ledger: Position(0)))
    #expect(try Notebook(folder).store.knownClock() == 5)
  }
}
