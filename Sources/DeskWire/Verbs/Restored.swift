import Desk
import DeskInterface

extension Wire.Restored {
  init(_ facts: Restored) {
    self.init(
      size: Int(clamping: facts.size), knownSize: Int(clamping: facts.knownSize), knownRoot: facts.knownRoot,
      witness: facts.witness, unknownEnd: facts.isEndUnknown ? true : nil, floorFirst: facts.floor?.first.text,
      floorLast: facts.floor?.last.text, serialFloor: facts.floor.map { Int($0.serial) },
      erasures: facts.erasures.map { Int(clamping: $0) })
  }
}
