import Foundation
import Varlink
import VarlinkGenerator

// Writes the Swift of the interfaces anew: `swift run varlink-swift`, in the project's directory or with its path. With
// `--check` it writes nothing, and ends with 1 when something would change.

/// The contract of a module, and what its Swift is like.
struct Contract {
  let module: String
  let interfaces: [String]
  let place: SwiftGenerator.Place
}

let contracts = [
  Contract(
    module: "Varlink", interfaces: ["org.varlink.service"],
    place: SwiftGenerator.Place(namespace: "ServiceInterface", imports: [])),
  Contract(
    module: "DeskInterface", interfaces: ["vn.motcua.Desk", "vn.motcua.Views", "vn.motcua.Admin", "vn.motcua.Ledger"],
    place: SwiftGenerator.Place(
      namespace: "Wire", imports: ["public import Varlink"], lists: "WireLists.swift",
      shapes: [
        SwiftGenerator.Shape(
          method: "WireCommand", answer: "WireReceiptAnswer", parameter: "entry", answerMember: "receipt")
      ])),
]

func run(in project: String, checks: Bool) throws -> Int32 {
  var changed: [String] = []
  for contract in contracts {
    let folder = "\(project)/Sources/\(contract.module)/"
    let interfaces = try contract.interfaces.map { name in
      try InterfaceDescription(
        parsing: String(contentsOfFile: folder + "Contract/\(name).varlink", encoding: .utf8))
    }
    let files = try SwiftGenerator(interfaces, contract.place).files()
    let generated = folder + "Generated/"
    if !checks { try FileManager.default.createDirectory(atPath: generated, withIntermediateDirectories: true) }
    let there = (try? FileManager.default.contentsOfDirectory(atPath: generated)) ?? []
    for file in there where !files.map(\.name).contains(file) {
      changed.append(generated + file)
      if !checks { try FileManager.default.removeItem(atPath: generated + file) }
    }
    for file in files {
      let path = generated + file.name
      if FileManager.default.contents(atPath: path) == Data(file.text.utf8) { continue }
      changed.append(path)
      if !checks { try Data(file.text.utf8).write(to: URL(filePath: path)) }
    }
  }
  for path in changed { print(checks ? "not what its interface says: \(path)" : "written: \(path)") }
  return checks && !changed.isEmpty ? 1 : 0
}

let arguments = CommandLine.arguments.dropFirst()
let folders = arguments.filter { $0 != "--check" }
guard folders.count <= 1, folders.first?.hasPrefix("-") != true else {
  FileHandle.standardError.write(Data("usage: varlink-swift [--check] [PROJECT]\n".utf8))
  exit(64)
}
exit(try run(in: folders.first ?? ".", checks: arguments.contains("--check")))
