import DeskInterface
import Foundation
import Testing

/// How the daemon is at a moment of a long day.
struct Sample: CustomStringConvertible {
  var position: Int
  var anonymous: Double
  var bytesAnEvent: Double
  var descriptors: Int
  /// Read transactions that are open.
  var readers: Int

  init(_ status: Wire.DaemonStatus, pid: Int32) {
    position = status.position
    anonymous = Double(status.residentBytes)
    bytesAnEvent = Double(status.ledgerBytes + status.viewsBytes) / Double(max(1, status.position))
    descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count) ?? 0
    readers = (status.ledgerReaders ?? 0) + (status.viewsReaders ?? 0)
  }

  var description: String {
    "\(position) events, RssAnon \(Int(anonymous) >> 20) MiB, \(Int(bytesAnEvent)) bytes an event, \(descriptors) descriptors, \(readers) readers"
  }

  /// Between the second quarter and the last one: the first is the warming up.
  ///
  /// - Parameter within: how many bytes of memory more are nothing.
  static func expectFlat(_ samples: [Sample], within: Double = 8e6) throws {
    let quarter = samples.count / 4
    try #require(quarter > 0)
    func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
    let (early, late) = (samples[quarter..<(2 * quarter)], samples.suffix(quarter))
    let memory = (median(early.map(\.anonymous)), median(late.map(\.anonymous)))
    #expect(memory.1 < memory.0 + within, "RssAnon grew from \(memory.0) to \(memory.1) bytes")
    let bytes = (median(early.map(\.bytesAnEvent)), median(late.map(\.bytesAnEvent)))
    #expect(bytes.1 < bytes.0 * 1.25, "an event took \(bytes.0) bytes on the disk, and \(bytes.1) at the end")
    let descriptors = (early.map(\.descriptors).max() ?? 0, late.map(\.descriptors).max() ?? 0)
    #expect(descriptors.1 < descriptors.0 + 16, "descriptors: \(descriptors)")
    let readers = (early.map(\.readers).max() ?? 0, late.map(\.readers).max() ?? 0)
    #expect(readers.1 < readers.0 + 8, "readers: \(readers)")
  }
}
