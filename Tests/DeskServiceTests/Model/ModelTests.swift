import Foundation
import Testing

@Suite("The desk beside a model of it")
struct ModelTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let seeds = (1...UInt64(max(1, environment["MOTCUA_MODEL_SEEDS"].flatMap { Int($0) } ?? 20)))
  private static let stepsPerSeed = 300

  @Test(
    "whatever is asked of the desk, in any order, with restarts and rebuilds between, it answers as the model does",
    arguments: seeds)
  func sequence(seed: UInt64) async throws {
    let run = try ModelRun(seed: seed)
    do {
      try await run.perform(Array(0..<Self.stepsPerSeed))
      #expect(run.accepted > 60)
    } catch let mismatch as ModelMismatch {
      Issue.record("\(try await Self.report(mismatch, seed: seed))")
    }
  }

  /// Runs the steps of a report again: `MOTCUA_MODEL_REPLAY=7:3,18,44`.
  @Test(
    "the steps that a report names part the desk and the model again",
    .enabled(if: environment["MOTCUA_MODEL_REPLAY"] != nil))
  func replay() async throws {
    let parts = (Self.environment["MOTCUA_MODEL_REPLAY"] ?? "").split(separator: ":")
    let steps = try #require(parts.last).split(separator: ",").compactMap { Int($0) }
    let run = try ModelRun(seed: try #require(parts.first.flatMap { UInt64($0) }))
    defer { print(run.log.joined(separator: "\n")) }
    try await run.perform(steps, comparingEach: 1)
  }

  /// Leaves out steps as long as the rest still parts the two, for at most a minute.
  private static func report(_ first: ModelMismatch, seed: UInt64) async throws -> String {
    var steps = Array(0...first.step)
    var mismatch = first
    var log: [String] = []
    let deadline = Date(timeIntervalSinceNow: 60)
    var size = steps.count / 2
    while size > 0 {
      var start = 0
      while start < steps.count, Date() < deadline {
        let fewer = Array(steps[..<start]) + steps[min(start + size, steps.count)...]
        let run = try ModelRun(seed: seed)
        do {
          try await run.perform(fewer)
          start += size
        } catch let found as ModelMismatch {
          steps = fewer.filter { $0 <= found.step }
          (mismatch, log) = (found, run.log)
        }
      }
      size /= 2
    }
    return """
      seed \(seed), step \(mismatch.step): \(mismatch.description)
      MOTCUA_MODEL_REPLAY=\(seed):\(steps.map(String.init).joined(separator: ",")) swift test --filter ModelTests
      \(log.joined(separator: "\n"))
      """
  }
}
