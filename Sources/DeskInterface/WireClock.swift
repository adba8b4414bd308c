// The machine's clock, and whether it is believed.
extension Wire {
  public enum ClockDoubt: String, Codable, Sendable, CaseIterable {
    case behindLedger, jumpedAhead, farAhead
  }

  /// The machine's clock. While it is doubted commands are refused, questions are answered as of `expected`.
  public struct Clock: Codable, Sendable, Hashable {
    public var shown: String
    /// Missing when it is believed.
    public var doubt: Told<ClockDoubt>?
    /// What it should show; where nothing is known but the last event, at least so much.
    public var expected: String?
    /// Missing when the machine cannot tell.
    public var synchronised: Bool?
    /// When the last event was recorded; missing in an empty ledger.
    public var lastRecorded: String?
    /// An earlier clock was accepted: until it has passed `lastRecorded`, what is recorded bears that time.
    public var ledgerAhead: Bool
    /// The daemon itself has something to record once the clock is believed.
    public var waiting: Bool

    public init(
      shown: String,
      doubt: ClockDoubt? = nil,
      expected: String? = nil,
      synchronised: Bool? = nil,
      lastRecorded: String? = nil,
      ledgerAhead: Bool,
      waiting: Bool
    ) {
      self.shown = shown
      self.doubt = doubt.map(Told.known)
      self.expected = expected
      self.synchronised = synchronised
      self.lastRecorded = lastRecorded
      self.ledgerAhead = ledgerAhead
      self.waiting = waiting
    }
  }

  public struct GetClock: WireMethod {
    public static let method = "vn.motcua.Admin.GetClock"

    public init() {}

    public struct Answer: Codable, Sendable {
      public var clock: Clock

      public init(clock: Clock) {
        self.clock = clock
      }
    }
  }

  /// The caller knows what time it is: the clock, which is doubted, is right.
  public struct AcceptClock: WireMethod {
    public static let method = "vn.motcua.Admin.AcceptClock"

    /// What the caller saw; a clock that shows another time by now is refused.
    public var shown: String?

    public init(shown: String? = nil) {
      self.shown = shown
    }

    public struct Answer: Codable, Sendable {
      public var shown: String
      public var expected: String
      public var position: Int

      public init(shown: String, expected: String, position: Int) {
        self.shown = shown
        self.expected = expected
        self.position = position
      }
    }
  }

  /// The machine's clock is not what it should show; nothing is recorded until it is right, synchronised, or accepted.
  public struct ClockSuspect: WireError {
    public static let error = "vn.motcua.Desk.ClockSuspect"
    public var now: String
    public var expected: String
    public var doubt: Told<ClockDoubt>?

    public init(now: String, expected: String, doubt: ClockDoubt? = nil) {
      self.now = now
      self.expected = expected
      self.doubt = doubt.map(Told.known)
    }
  }

  /// The clock is believed; nothing was recorded.
  public struct ClockNotSuspect: WireError {
    public static let error = "vn.motcua.Admin.ClockNotSuspect"
    public var now: String

    public init(now: String) {
      self.now = now
    }
  }
}
