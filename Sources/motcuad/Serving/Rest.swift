import ServiceLifecycle

/// Rests between two turns of work that is done again and again.
///
/// - Returns: false when the daemon stops meanwhile.
func rests(for duration: Duration) async -> Bool {
  do {
    try await cancelWhenGracefulShutdown { try await Task.sleep(for: duration) }
    return true
  } catch {
    return false
  }
}
