import Desk
import EventStore

/// How many units of each sort were counted, by day: the sums of what all cases contribute.
///
/// A unit that is dated has a cell for its instant and not for its day, so that the day of *now* can be answered up to
/// the instant; most dates are the end of office hours, and those of a day share their cells.
enum CellsView {
  static let name = "cells"
  static let view = DeskView(sumsOf: name, version: 3)

  /// The cells of a unit, a kind and a part, in order of time, begin so.
  static func prefix(_ unit: CountedUnit, _ kind: CaseKind, _ part: UInt8) -> [UInt8] {
    let name = unit.rawValue.utf8
    var key: [UInt8] = []
    key.reserveCapacity(96)
    key.append(UInt8(name.count))
    key += name
    key.append(kind.rawValue)
    key.append(part)
    return key
  }

  /// The row over all days.
  static func total(_ unit: CountedUnit, _ kind: CaseKind, _ part: UInt8) -> [UInt8] {
    var key = prefix(unit, kind, part)
    key.append(0)
    return key
  }

  /// The row over all days of what came from another register.
  static func importedTotal(_ unit: CountedUnit, _ kind: CaseKind, _ part: UInt8) -> [UInt8] {
    var key = total(unit, kind, part)
    key.append(1)
    return key
  }

  static func moment(_ moment: Contribution.Moment) -> [UInt8] {
    var key: [UInt8] = []
    append(moment, to: &key)
    return key
  }

  private static func append(_ moment: Contribution.Moment, to key: inout [UInt8]) {
    switch moment {
    case .day(let day):
      key.append(1)
      key += RegisterView.prefix(day)
    case .instant(let instant):
      key.append(2)
      key.append(bigEndian: OrderedKey.bits(of: instant))
    }
  }

  static func key(_ cell: Contribution) -> [UInt8] {
    var key = prefix(cell.unit, cell.kind, cell.part)
    append(cell.at, to: &key)
    key.append(cell.isImported ? 1 : 0)
    key.append(cell.channel?.rawValue ?? 0)
    if let minutes = cell.workingMinutes {
      key.append(1)
      key += bigEndian(minutes)
    } else {
      key.append(0)
    }
    append(cell.procedure, to: &key)
    append(cell.person, to: &key)
    return key
  }

  /// What a key says of its time, after the prefix of this length; nil for the rows over all days.
  static func moment(of key: [UInt8], after prefix: Int) -> (moment: Contribution.Moment, isImported: Bool)? {
    guard key.count > prefix + 1 else { return nil }
    let rest = key[(prefix + 1)...]
    switch key[prefix] {
    case 1 where rest.count > 4: return (.day(RegisterView.day(rest.prefix(4))), rest[rest.startIndex + 4] == 1)
    case 2 where rest.count > 8: return (.instant(OrderedKey.time(of: rest.prefix(8))), rest[rest.startIndex + 8] == 1)
    default: return nil
    }
  }

  /// Names stand in the key themselves, their length first: a number for each name, given in the order in which it is met,
  /// would be another in a replay. Long ones are their hash.
  private static func append(_ name: String?, to key: inout [UInt8]) {
    guard let name else {
      key.append(Self.noName)
      return
    }
    let utf8 = name.utf8
    if utf8.count <= Self.nameBytesMax {
      key.append(UInt8(utf8.count))
      key += utf8
    } else {
      key.append(Self.hashedName)
      key += NameHash.bytes(of: name)
    }
  }

  private static let nameBytesMax = 64
  private static let noName: UInt8 = 254
  private static let hashedName: UInt8 = 255
}
