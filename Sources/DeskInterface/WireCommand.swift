public import Varlink

/// A verb of the desk: it says how it is to be recorded, and a receipt answers it.
public protocol WireCommand: WireMethod where Answer: WireReceiptAnswer {
  var entry: Wire.Entry? { get set }
}

public protocol WireReceiptAnswer: JSONReadable, JSONWritable, Sendable {
  var receipt: Wire.Receipt { get }
  init(receipt: Wire.Receipt)
}
