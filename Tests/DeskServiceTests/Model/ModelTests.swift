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
      try await run.perform(stepsOf: Self.stepsPerSeed)
      #expect(run.accepted > 60)
      #expect(run.owedByEnded > 0, "nothing was owed that outlives a case")
    } catch let mismatch as ModelMismatch {
      Issue.record("\(try await Self.report(mismatch, run.plan, seed: seed))")
    }
  }

  /// Does the steps of a report again: `MOTCUA_MODEL_REPLAY=7:3,18,44`.
  @Test(
    "the steps that a report names part the desk and the model again",
    .enabled(if: environment["MOTCUA_MODEL_REPLAY"] != nil))
  func replay() async throws {
    let parts = (Self.environment["MOTCUA_MODEL_REPLAY"] ?? "").split(separator: ":")
    let seed = try #require(parts.first.flatMap { UInt64($0) })
    let steps = try #require(parts.last).split(separator: ",").compactMap { Int($0) }
    let whole = try ModelRun(seed: seed)
    try? await whole.perform(stepsOf: (steps.last ?? 0) + 1)
    let plan = whole.plan.filter { steps.contains($0.index) }
    print(plan.map(\.description).joined(separator: "\n"))
    try await ModelRun(seed: seed).perform(plan)
  }

  /// Leaves out steps as long as the rest still parts the two, for at most a minute.
  private static func report(_ first: ModelMismatch, _ plan: [Planned], seed: UInt64) async throws -> String {
    var (plan, mismatch) = (plan, first)
    let deadline = Date(timeIntervalSinceNow: 60)
    var size = max(1, plan.count / 2)
    while size > 0 {
      var start = 0
      while start < plan.count, Date() < deadline {
        let fewer = Array(plan[..<start]) + plan[min(start + size, plan.count)...]
        do {
          try await ModelRun(seed: seed).perform(fewer)
          start += size
        } catch let found as ModelMismatch {
          plan = fewer.filter { $0.index <= found.step }
          mismatch = found
        }
      }
      size /= 2
    }
    return """
      seed \(seed), step \(first.step): \(first.description)
      and in fewer steps, \(mismatch.step): \(mismatch.description)
      MOTCUA_MODEL_REPLAY=\(seed):\(plan.map { String($0.index) }.joined(separator: ",")) swift test --filter ModelTests
      \(plan.map(\.description).joined(separator: "\n"))
      """
  }
}
