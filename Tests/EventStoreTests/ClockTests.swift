import EventSourcing
import EventStore
import Foundation
import Testing

@Suite("What a jump of the clock is measured from")
struct ClockTests {
  @Test("the first start in a boot says it, and all that follow go by that, until it is forgotten")
  func remembered() throws {
    let folder = try Folder()
    #expect(try Notebook(folder).store.clockAtFirstStart(orNow: 5) == 5)
    #expect(try Notebook(folder).store.clockAtFirstStart(orNow: 9) == 5)
    // Closed after a failure, too.
    let store = try Notebook(folder).store
    try store.close()
    #expect(try store.clockAtFirstStart(orNow: 9) == 5)
    try store.forgetClock()
    try store.forgetClock()
    #expect(try store.clockAtFirstStart(orNow: 9) == 9)
  }

  @Test(
    "what another boot says, or what cannot be read, says nothing", arguments: ["boot another\n5\n", "5\n", "", "boot"])
  func another(text: String) throws {
    let folder = try Folder()
    let store = try Notebook(folder).store
    try folder.write(Array(text.utf8), to: "CLOCK")
    #expect(try store.clockAtFirstStart(orNow: 9) == 9)
    #expect(try store.clockAtFirstStart(orNow: 11) == 9)
  }

  @Test("whoever accepts a loss believes the clock that he sees")
  func accepted() throws {
    let folder = try Folder()
    _ = try Notebook(folder).store.clockAtFirstStart(orNow: 5)
    try EventStore.accept(folder.path, refused: .ledgerBehindViews(seen: Position(3), ledger: Position(0)))
    #expect(try Notebook(folder).store.clockAtFirstStart(orNow: 9) == 9)
  }
}
