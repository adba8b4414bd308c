public import Varlink

/// Writes the Swift of interfaces from their descriptions: types, methods and errors with their readers and writers.
///
/// A structure that a reply or an error carries tells its enumerations as `Told`, so that a word more loses no answer; read
/// as a parameter, it takes known words only, because the cursor says so. What only parameters carry has plain words.
public struct SwiftGenerator: Sendable {
  /// Where the Swift is to stand.
  public struct Place: Sendable {
    /// The enumeration that holds all of it, as in `Wire`.
    public let namespace: String
    /// What each file imports, as in `public import Varlink`.
    public let imports: [String]
    /// The file that lists methods and errors; nil for no lists.
    public let lists: String?
    public let shapes: [Shape]

    public init(namespace: String, imports: [String], lists: String? = nil, shapes: [Shape] = []) {
      self.namespace = namespace
      self.imports = imports
      self.lists = lists
      self.shapes = shapes
    }
  }

  /// Methods that are alike: they have one parameter in common, which may be left out, and their whole answer.
  public struct Shape: Sendable {
    /// The protocol that such a method has, instead of `WireMethod`, and the one that its answer has.
    public let method, answer: String
    public let parameter: String
    public let answerMember: String

    public init(method: String, answer: String, parameter: String, answerMember: String) {
      self.method = method
      self.answer = answer
      self.parameter = parameter
      self.answerMember = answerMember
    }
  }

  public struct File: Hashable, Sendable {
    public let name: String
    public let text: String
  }

  private let interfaces: [InterfaceDescription]
  private let place: Place
  private let types: Types

  public init(_ interfaces: [InterfaceDescription], _ place: Place) throws(GeneratorError) {
    self.interfaces = interfaces
    self.place = place
    types = try Types(interfaces)
  }

  /// One file for each interface, and the lists.
  public func files() throws(GeneratorError) -> [File] {
    var files: [File] = []
    var written: Set<String> = []
    for interface in interfaces {
      files.append(try file(of: interface, &written))
    }
    if let lists = place.lists { files.append(try list(in: lists)) }
    return files
  }

  /// What several interfaces declare stands in the file of the first.
  private func file(
    of interface: InterfaceDescription, _ written: inout Set<String>
  ) throws(GeneratorError) -> File {
    var text = head()
    for type in interface.types where written.insert(type.name).inserted {
      text.blank()
      switch type.type {
      case .enumeration(let words): text.enumeration(type.name, words, type.documentation)
      case .structure(let fields):
        let members = try types.members(fields, told: types.isTold(type.name))
        text.comment(type.documentation)
        text.structure(type.name, "Hashable, Sendable, JSONReadable, JSONWritable", members)
      default: throw GeneratorError(declaration: type.name, reason: "it is neither a structure nor an enumeration")
      }
    }
    for method in interface.methods {
      text.blank()
      text.comment(method.documentation)
      let input = try types.members(method.input, told: false)
      let output = try types.members(method.output, told: true)
      let shape = place.shapes.first { shape in
        input.contains { $0.name == shape.parameter && $0.isNullable } && output.map(\.name) == [shape.answerMember]
      }
      text.structure(
        method.name, shape?.method ?? "WireMethod", input,
        constant: ("method", "\(interface.name).\(method.name)")
      ) { text in
        text.structure("Answer", shape?.answer ?? "Sendable, JSONReadable, JSONWritable", output)
      }
    }
    for error in interface.errors {
      text.blank()
      text.comment(error.documentation)
      let members = try types.members(error.parameters, told: true)
      text.structure(
        error.name, "WireError", members, constant: ("error", "\(interface.name).\(error.name)"))
    }
    text.close()
    return File(name: interface.name + ".swift", text: text.text)
  }

  private func list(in file: String) throws(GeneratorError) -> File {
    var text = head()
    let methods = interfaces.flatMap(\.methods).map(\.name)
    let errors = interfaces.flatMap(\.errors).map(\.name)
    if let twice = Types.twice(methods + errors + types.names + ["Refusal", "Told"]) {
      throw GeneratorError(declaration: twice, reason: "two things have this name in Swift")
    }
    text.blank()
    text.comment("Every method of these interfaces.")
    text.list("public static let methods: [any WireMethod.Type]", methods.map { "\(place.namespace).\($0).self" })
    text.blank()
    text.comment("Every error of these interfaces.")
    text.list("public static let errors: [any WireError.Type]", errors.map { "\(place.namespace).\($0).self" })
    text.blank()
    text.refusal(errors)
    text.close()
    return File(name: file, text: text.text)
  }

  private func head() -> SwiftText {
    var text = SwiftText()
    text.line("// Generated by `swift run varlink-swift` from the interfaces in `Contract`; do not edit.")
    for line in place.imports { text.line(line) }
    if !place.imports.isEmpty { text.line("") }
    text.open("extension \(place.namespace) {")
    return text
  }
}

/// What an interface declares, and this does not write.
public struct GeneratorError: Error, Hashable, Sendable, CustomStringConvertible {
  public let declaration: String
  public let reason: String

  public var description: String { "\(declaration): \(reason)" }
}
