import Desk
import DeskInterface
import DeskService
import DeskViews
import DeskWire
import EventSourcing
import EventStore
import Varlink

/// `vn.motcua.Views`: one route for each query.
struct ViewsRoutes: Sendable {
  let service: DeskService
  let heavy: HeavyWork

  private var questions: Executor { .turn(heavy.questions) }

  var routes: [Route] {
    [
      Route.atOnce(Wire.Show.self, as: ShownCases.One.self, .reader, opens: { $0.case.isOpened ? 1 : 0 }) {
        [service] call, _ in
        let row = try service.find(call.code)
        guard let shown = try present(row) else { throw Rejection.unknownCase(code: call.code) }
        return ShownCases.One(case: shown)
      },
      Route.pages(
        Wire.History.self, .reader, at: .connection, later: .turn(heavy.pages), opens: \.opened,
        end: .init(events: [])
      ) { [service] call, _ in
        (row: try service.find(call.code), version: Version(1))
      } isOver: {
        // The row is from the beginning: what was recorded after the question may be left out.
        $0.version > $0.row.state.version
      } next: { [service] state in
        let isFirst = state.version == Version(1)
        let events = try service.history(
          of: state.row, from: state.version, limit: isFirst ? PageBounds.eventsAtOnce : PageBounds.events,
          bytesMax: isFirst ? PageBounds.recordBytesAtOnce : PageBounds.recordBytes)
        guard let last = events.last else { return nil }
        state.version = last.version.next
        return .init(events: events.map { Wire.Event($0) })
      },
      Route.pages(
        Wire.List.self, as: ShownCases.Page.self, .reader, first: .turn(heavy.lists), opens: \.opened,
        end: .init(cases: [])
      ) { [service] call, caller in
        let filter = try filter(call, caller)
        guard let asOf = try asOf(call.asOf, call.occurred) else {
          return Listing.live(DeskViews.list(filter, now: service.now))
        }
        return Listing.asked(filter, asOf, caller.actor.uid)
      } ready: { [service, heavy] listing in
        // Only now, because who leaves ends what his stream waits for, and not what his call does.
        if case .asked(let filter, let asOf, let uid) = listing {
          let pages = try await heavy.past.run(of: uid) { try await offPool { try service.list(filter, asOf: asOf) } }
          listing = .past(pages, asOf.instant, uid)
        }
      } next: { [service] listing in
        switch listing {
        case .asked: return nil
        case .live(var pages):
          let rows = try pages.next(in: service.views)
          listing = .live(pages)
          return try rows.map { .init(cases: try $0.compactMap { try present($0) }) }
        case .past(var pages, let instant, let uid):
          let rows = try pages.next(in: service)
          listing = .past(pages, instant, uid)
          return try rows.map { .init(cases: try $0.compactMap { try present($0, at: instant) }) }
        }
      },
      Route.pages(
        Wire.Next.self, as: ShownCases.Duties.self, .reader, first: .turn(heavy.lists), opens: \.opened,
        end: .init(duties: [])
      ) { [service] call, caller in
        DeskViews.next(
          clerk: call.mine == true ? caller.actor.account : nil, now: service.now,
          offset: service.book?.office.utcOffset ?? .utc)
      } next: { [service] pages in
        try pages.next(in: service.views).map { duties in
          .init(
            duties: try duties.compactMap { duty in
              try present(duty.row).map { ShownCases.Duty(reason: duty.reason, at: duty.at, case: $0) }
            })
        }
      },
      Route.pages(
        Wire.Owed.self, .reader, first: .turn(heavy.lists), opens: \.opened, end: .init(promises: [])
      ) { call, caller in
        DeskViews.owed(clerk: call.mine == true ? caller.actor.account : nil)
      } next: { [service] pages in
        let now = service.now
        return try pages.next(in: service.views).map { owed in
          .init(promises: owed.flatMap { entry in entry.promises.map { Wire.Promise($0, of: entry.row, now: now) } })
        }
      },
      Route.pages(
        Wire.Search.self, as: ShownCases.Page.self, .reader, first: .turn(heavy.lists), opens: \.opened,
        end: .init(cases: [])
      ) { call, _ in
        let words = try FieldText.words.required(call.words)
        guard !words.foldedWords.isEmpty else { throw Rejection.fieldMissing(FieldText.words.rawValue) }
        return DeskViews.search(words)
      } next: { [service] pages in
        try pages.next(in: service.views).map { rows in .init(cases: try rows.compactMap { try present($0) }) }
      },
      Route.one(Wire.Tally.self, .reader, at: .connection, waits: { $0.asOf != nil }) { [service, heavy] call, caller in
        let asOf = try asOf(call.asOf, call.occurred)
        let now = asOf?.instant ?? service.now
        let tally =
          if let asOf {
            try await heavy.past.run(of: caller.actor.uid) { try await offPool { try service.tally(asOf: asOf) } }
          } else {
            try await Executor.turn(heavy.questions).run(for: caller) { try service.tally(at: now) }
          }
        return .init(
          at: now.wire, cases: Wire.Columns(tally, .cases), enquiries: Wire.Columns(tally, .enquiries),
          complaints: Wire.Columns(tally, .complaints))
      },
      Route.one(Wire.Explain.self, .reader, at: questions, opens: \.opened) { [service] call, _ in
        let explanation = try service.explain(call.code)
        let state = explanation.row.state
        // A complaint or an enquiry has the time of its kind.
        let hasOwnTime = [.complaint, .enquiry].contains(state.reception?.facts.kind)
        let procedure = hasOwnTime ? nil : try service.procedure(of: state)
        return .init(explanation: Wire.Explanation(explanation, procedure: procedure, now: service.now))
      },
      Route.one(Wire.Procedures.self, .reader, at: questions) { [service] _, _ in
        let today = service.now.day(at: service.book?.office.utcOffset ?? .utc)
        return .init(procedures: (service.book?.procedures(on: today) ?? []).map { Wire.Procedure($0) })
      }.withoutViews,
      Route.one(Wire.GetSlip.self, .reader, at: questions, opens: { _ in 1 }) { call, _ in
        .init(slip: try slip(call.code))
      },
      Route.pages(
        Wire.Watch.self, .reader, at: .connection, first: .turn(heavy.pages), opens: \.opened, end: .init(events: [])
      ) { [service] call, caller in
        let position = call.after.map { Position(UInt64(clamping: $0)) } ?? service.signal.position
        return Watching(position: position, caller: caller)
      } ready: { [service] watching in
        while true {
          let wakening = await service.signal.wakening(beyond: watching.position)
          if wakening == .over { throw CancellationError() }
          if wakening == .committed { break }
          // Nothing has happened, and he is told all the same when he may watch no more.
          try await watching.caller.again().require(.reader)
        }
        // What is told goes by the ledger, and the codes of its cases by the views.
        try await service.caughtUp()
      } next: { [service] watching in
        let events = try service.events(
          from: watching.position.next, limit: PageBounds.events, bytesMax: PageBounds.recordBytes
        ).map { Wire.Event($0) }
        watching.position = events.last.map { Position(UInt64($0.position)) } ?? watching.position
        return .init(events: events)
      }.withoutViews,
    ]
  }

  /// Who follows the ledger, and how far he is.
  private struct Watching: Sendable {
    var position: Position
    let caller: Caller
  }

  private func present(_ row: CaseRow, at instant: Timestamp? = nil) throws -> ShownCase? {
    ShownCase(row, procedureName: try service.procedureName(of: row.state), now: instant ?? service.now)
  }

  /// Nil when nothing but now is asked about.
  private func asOf(_ text: String?, _ occurred: Bool?) throws -> AsOf? {
    guard let text else {
      guard occurred == nil else { throw VarlinkError.invalidParameter("occurred") }
      return nil
    }
    let now = service.now
    guard let book = service.book, let date = try date(text, "asOf") else { throw Rejection.fieldMissing("asOf") }
    let instant = date.instant(now: now, office: book.office, calendar: book.calendar)
    guard instant <= now else { throw Rejection.inFuture(instant, now: now) }
    return AsOf(instant, byOccurrence: occurred ?? false)
  }

  private func filter(_ call: Wire.List, _ caller: Caller) throws -> CaseFilter {
    var filter = CaseFilter()
    filter.open = call.open
    filter.late = call.late
    filter.status = call.status.map { Status($0) }
    filter.clerk = call.mine == true ? caller.actor.account : try call.clerk.map { try FieldText.clerk.required($0) }
    let now = service.now
    guard let book = service.book else { return filter }
    if let procedure = call.procedure {
      let name = try FieldText.procedure.required(procedure)
      let today = now.day(at: book.office.utcOffset)
      guard let procedure = book.procedure(name, on: today) else {
        throw Rejection.unknownProcedure(name, known: book.procedures(on: today).map(\.id))
      }
      filter.procedure = procedure.id
    }
    filter.dueBefore = try date(call.dueBefore, "dueBefore")?.instant(
      now: now, office: book.office, calendar: book.calendar)
    return filter
  }

  private func slip(_ code: String) throws -> Wire.Slip {
    let row = try service.find(code)
    guard let reception = row.state.reception, let due = row.state.due, let book = try service.book(of: row.state)
    else {
      throw Rejection.unknownCase(code: code)
    }
    let procedure = try service.procedure(of: row.state)
    let facts = reception.facts
    return Wire.Slip(
      office: book.office.name.wire, place: book.office.place.wire, code: facts.code, applicant: facts.applicant,
      phone: facts.phone, procedureName: procedure?.name.wire, subject: facts.subject,
      papers: facts.papers.isEmpty ? procedure?.papers ?? [] : facts.papers,
      papersRecorded: !facts.papers.isEmpty, fee: procedure?.fee.wire,
      receivedAt: reception.at.wire, receiver: reception.receiver, due: due.wire, provisional: facts.isProvisional,
      atOnce: facts.term == .atOnce, importedAt: reception.imported?.at.wire, importedBy: reception.importer,
      importedFrom: reception.imported?.register)
  }
}

/// A list that is being answered: of what stands now, or of what stood then.
private enum Listing: Sendable {
  case live(CasePages)
  /// Of what stood then, and not folded yet; with who asks.
  case asked(CaseFilter, AsOf, UInt32)
  case past(PastPages, Timestamp, UInt32)
}

extension Wire.Procedure {
  fileprivate init(_ procedure: Desk.Procedure) {
    self.init(
      id: procedure.id, aliases: procedure.aliases, nationalId: procedure.nationalID, name: procedure.name.wire,
      term: procedure.term.wire, papers: procedure.papers, fee: procedure.fee.wire, source: procedure.source,
      effective: procedure.effective.text, confirmed: procedure.isConfirmed)
  }
}

// How much of an answer tells about people: what is erased or closed does not, nor do events of the office.
extension Wire.Event {
  var isOpened: Bool { number > 0 && closed != true }
}

extension Wire.History.Answer {
  fileprivate var opened: Int { events.count(where: \.isOpened) }
}

extension Wire.Watch.Answer {
  fileprivate var opened: Int { events.count(where: \.isOpened) }
}

extension Wire.Owed.Answer {
  fileprivate var opened: Int { promises.count { $0.to != nil } }
}

extension Wire.Explain.Answer {
  /// Dates and rules name nobody; whoever was to be told of something is named.
  fileprivate var opened: Int { explanation.notices?.count { $0.to != nil } ?? 0 }
}
