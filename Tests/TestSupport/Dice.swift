/// Numbers that fall the same way every time: SplitMix64.
public struct Dice: RandomNumberGenerator {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }

  /// From 0 to one less than `count`; 0 when there is nothing to choose from.
  public mutating func upTo(_ count: Int) -> Int { count < 1 ? 0 : Int(next() % UInt64(count)) }
  public mutating func chance(_ percent: Int) -> Bool { upTo(100) < percent }
  public mutating func pick<Element>(_ elements: [Element]) -> Element { elements[upTo(elements.count)] }
}
