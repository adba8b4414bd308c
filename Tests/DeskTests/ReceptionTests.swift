import Desk
import EventSourcing
import TestSupport
import Testing

@Suite("The receipt that states of a case share")
struct ReceptionTests {
  @Test(
    "given a case, when something happens to it, then both states hold one receipt; a correction changes one of them")
  func shared() throws {
    var story = try Story.received()
    let received = story.state
    // when
    try story.given(.progress(Progress(step: "Thẩm định")), at: "2026-11-19T09:00")
    // then
    #expect(story.state.hasReception(of: received) && story.state.reception == received.reception)
    // when
    let before = story.state
    try story.given(.correct(Correct(changes: .init(phone: "0912"), reason: "thiếu số")), at: "2026-11-19T10:00")
    // then
    #expect(story.state.reception?.facts.phone == "0912")
    #expect(before.reception == received.reception && before.reception?.facts.phone == nil)
    #expect(!story.state.hasReception(of: before) && story.state.reception != before.reception)
  }

  @Test("two receipts that say the same are equal, and not one")
  func equal() throws {
    let (one, other) = (try Story.received().state, try Story.received().state)
    #expect(one == other && one.hashValue == other.hashValue)
    #expect(!one.hasReception(of: other) && one.hasReception(of: one))
    #expect(CaseState().hasReception(of: CaseState()) && !one.hasReception(of: CaseState()))
  }

  @Test("entries that concern nobody who asks are passed over, and those of an erased case are compared whole")
  func entries() throws {
    var story = try Story.received()
    let received = story.state
    try story.given(.progress(Progress(step: "Thẩm định")), at: "2026-11-19T09:00")
    let begun = story.state
    #expect(
      begun.hasEntries(of: received) { $0.concernsPromises } && begun.hasEntries(of: received) { $0.concernsFigures })
    #expect(!begun.hasEntries(of: received) { _ in true })
    try story.given(.resolve(Resolve(.refused, reason: "Thiếu giấy khai sinh của Hoa")), at: "2026-11-20T09:00")
    let resolved = story.state
    #expect(
      !resolved.hasEntries(of: begun) { $0.concernsPromises } && !resolved.hasEntries(of: begun) { $0.concernsFigures })
    try story.given(.return(Return()), at: "2026-11-20T10:00")
    let returned = story.state
    #expect(
      !returned.hasEntries(of: resolved) { $0.concernsPromises }
        && returned.hasEntries(of: resolved) { $0.concernsFigures })
    try story.given(.erase(Erase(basis: "Luật 91/2025/QH15")), at: "2026-11-25T09:00")
    #expect(!story.state.hasEntries(of: returned) { _ in true })
  }
}
