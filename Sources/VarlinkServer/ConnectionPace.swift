/// What ends a connection without an error when it goes on too long, counted in looks, one a second. Looks are counted and
/// not time, so that a delay of the server itself is not held against the client, and no call has to read the clock.
struct ConnectionPace {
  /// Why a connection is closed without an error: nobody would read one.
  enum Overdue { case idle, unread }

  /// How a connection stands at a look.
  struct Look {
    /// How many calls have come.
    var calls: Int
    /// Whether none of them is under way, and no part of another has come.
    var isQuiet: Bool
    /// Whether the rest of a call is waited for: while nothing is read, the sender is not to blame.
    var isMidFrame: Bool
    /// How many bytes of answers the kernel has taken, and how many it has not.
    var sent: Int
    var unread: Int
  }

  private var calls = 0
  private var sent = 0
  private var frameSeconds = 0
  private var unreadSeconds = 0
  private var idleSeconds = 0

  /// - Returns: why the connection is to be closed, or that its call was not finished in time.
  mutating func take(_ look: Look, _ limits: ServerLimits) -> (overdue: Overdue?, isFrameLate: Bool) {
    let isSame = look.calls == calls
    frameSeconds = look.isMidFrame && isSame ? frameSeconds + 1 : 0
    unreadSeconds = look.unread > 0 && look.sent == sent ? unreadSeconds + 1 : 0
    idleSeconds = isSame && look.isQuiet && look.unread == 0 ? idleSeconds + 1 : 0
    (calls, sent) = (look.calls, look.sent)
    if unreadSeconds >= limits.unreadSeconds { return (.unread, false) }
    if idleSeconds >= limits.idleSeconds { return (.idle, false) }
    return (nil, frameSeconds >= limits.frameSeconds)
  }
}
