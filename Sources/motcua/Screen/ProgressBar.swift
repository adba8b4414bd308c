import Glibc

/// A bar on standard error that is drawn over itself; silent where nobody watches.
struct ProgressBar {
  private let isWatched = Terminal.isTerminal(STDERR_FILENO)

  func draw(_ title: String, done: Int, total: Int) {
    guard isWatched else { return }
    let width = 30
    let full = total > 0 ? width * min(done, total) / total : 0
    let bar = String(repeating: "█", count: full) + String(repeating: "░", count: width - full)
    // The only control sequences that the client writes, all of its own making: begin the line again and clear it.
    Output.write(Array("\r\u{1B}[K\(Terminal.safe(title)) \(bar) \(done)/\(total)".utf8), to: STDERR_FILENO)
  }

  func clear() {
    if isWatched { Output.write(Array("\r\u{1B}[K".utf8), to: STDERR_FILENO) }
  }
}
