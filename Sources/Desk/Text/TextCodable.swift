/// A value that settings, canonical texts and the wire write as a text of its own form.
public protocol TextCodable {
  init?(text: String)
  var text: String { get }
}
