import Synchronization

/// Finds the procedures of a book by their names. A catalogue has thousands, so their slugs are made once, when somebody asks
/// for a name, and only their hashes are kept: sixteen bytes a name. Whether a name is meant says the name itself.
final class ProcedureNames: Sendable {
  private struct Entry {
    var hash: Int
    /// The place of the procedure in the book.
    var place: Int32
  }

  private let procedures: [Procedure]
  /// By hash, then in the order of the book; nil until they are asked for.
  private let entries = Mutex<[Entry]?>(nil)

  init(of procedures: [Procedure]) { self.procedures = procedures }

  /// The latest version that is in force on the day; of two that came on the same, the first in the book.
  func latest(named slug: String, on day: CalendarDay) -> Procedure? {
    let entries = entries.withLock { known in
      if let known { return known }
      let made = made()
      known = made
      return made
    }
    let hash = slug.hashValue
    var index = entries.startIndex
    var end = entries.endIndex
    while index < end {
      let middle = index + (end - index) / 2
      if entries[middle].hash < hash { index = middle + 1 } else { end = middle }
    }
    var found: Int?
    while index < entries.endIndex, entries[index].hash == hash {
      let place = Int(entries[index].place)
      index += 1
      guard procedures[place].effective <= day, procedures[place].hasSlug(slug) else { continue }
      if let other = found, procedures[place].effective <= procedures[other].effective { continue }
      found = place
    }
    return found.map { procedures[$0] }
  }

  private func made() -> [Entry] {
    var entries: [Entry] = []
    entries.reserveCapacity(procedures.count * 2)
    for (place, procedure) in procedures.enumerated() {
      for name in procedure.names { entries.append(Entry(hash: name.slug.hashValue, place: Int32(place))) }
    }
    entries.sort { ($0.hash, $0.place) < ($1.hash, $1.place) }
    return entries
  }
}
