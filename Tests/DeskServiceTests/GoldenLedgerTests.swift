import Desk
import DeskRecords
import DeskService
import DeskViews
import EventSourcing
import Foundation
import LMDB
import MerkleTree
import TestSupport
import Testing

@testable import EventStore

@Suite("A ledger of an earlier release")
struct GoldenLedgerTests {
  private static let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/ledger.jsonl")
  private static let root = "Yh+cJIoEzfLvdy56bdyPHoXhRnmAww770fSRdbJ9tlM="

  /// What the views of these schema versions make of the golden ledger. A changed row needs a higher version of its view,
  /// or the views of an older release would be believed.
  private static let versions = (
    store: "store 3",
    desk: "desk cases.5 codes.1 register.1 promises.2 clerk.1 status.1 search.1 erased.1 cells.3 office.1"
  )
  private static let digests = [
    "cases": "62aec241877e8d64e47d0bf85188ef1b0006056ca2171fd83ac606830efbc864",
    "cells": "a1d82e6cc52907655ef84f48e77c100339dfab714713c6e6e2e94a46bfa346aa",
    "clerk": "a612906b89b68bf0e6ee944cc23096d9911d8ee2c1d22434c28b21be571da46c",
    "codes": "2af109648fc716037ef4b9e2326f21f862cca43feb09b65ceff127e809af5551",
    "commands": "3a6ce32e48337a6750cc7ba932415e321d0bdf742a9807971c6aa6fea60654f6",
    "erased": "173eda3dc0feee9d392a33564e5b0aafa4c07dc20dc87a91b6096c4ca91ab186",
    "office": "4386af4aaf640d099125a0a664956f8bc21341b300fdc09bc920f2140e541ae4",
    "meta": "28e55e7cc08b2c28d8f10e95ca99d9ad3dc811988584b853a3a59b1835acb7bd",
    "promises": "5b0d87d26fca2a7e8987c1c03a564e29ac3a4b3a16a0ae95985dd2550a3cdf2a",
    "register": "b490fd8cf59833b5e418b7f3df1a554def6c5a2246f6f675452350ffe7de99ba",
    "search": "2f521468a33c18dcfc991333a821ba4d236b7480fe2958748ad8f1527b23d86e",
    "status": "404ac52eea158999d7492e4f0d5d041832e65338cc75ee48f137007672a5f6ca",
    "streams": "39abb8bc644baae62180459c82f23ddded7f5b2f529b620eb63e850827d2e309",
    "tree": "31f05f78988df3154b7e236ec77b3c1092d9af80a8acaa453e18f27f34f9aaef",
  ]

  @Test("the same events are still written in the same bytes, and the file of them is never changed")
  func file() throws {
    let written = try GoldenLedger.lines().joined(separator: "\n") + "\n"
    let text = try #require(
      try? String(contentsOf: Self.file, encoding: .utf8), "\(Self.file.path()) should hold\n\(written)")
    #expect(text == written)
  }

  @Test("it is brought in as it was: every event is read, and the root is the one that it had")
  func imported() async throws {
    let spool = try SpoolFile(in: NSTemporaryDirectory() + "golden-\(UUID().uuidString)")
    try spool.append(Array(try Data(contentsOf: Self.file)))
    try await Desktop().during(at: nil) { service async throws in
      let ledger = try service.importLedger(spool, keys: nil)
      #expect(ledger.root.base64 == Self.root && ledger.size == UInt64(GoldenLedger.events.count))
      #expect(ledger.cases == 5 && ledger.closed == 4)
      #expect(try service.store.ledger.rootText() == Self.root && service.store.ledger.id == GoldenLedger.id)
      #expect(try service.caseCount() == 5 && service.book == Fixture.book())
    }
  }

  @Test("its views are, table for table, what their schema version stands for: a changed row needs a higher version")
  func views() throws {
    let digests = try Self.digestsNow()
    #expect(
      Views.schemaVersion == Self.versions.store && DeskViews.schemaVersion == Self.versions.desk,
      "a version was raised: put \"\(Views.schemaVersion)\" and \"\(DeskViews.schemaVersion)\" here, and these digests: \(Self.text(digests))"
    )
    for (table, digest) in digests.sorted(by: { $0.key < $1.key }) where Self.digests[table] != digest {
      let isStore = ["meta", "streams", "commands", "tree"].contains(table)
      let version = isStore ? "Views.schemaVersion" : "the version in its file in DeskViews/Views"
      Issue.record(
        "the rows of “\(table)” are not what they were: raise \(version), and put its new name here and \"\(table)\": \"\(digest)\""
      )
    }
    #expect(Set(digests.keys) == Set(Self.digests.keys))
  }

  /// Each table's name with a hash of its rows, after a replay of the file.
  private static func digestsNow() throws -> [String: String] {
    let desktop = Desktop()
    let store = try EventStore(
      desktop.path, tables: DeskViews.tables, schemaVersion: DeskViews.schemaVersion, isDemo: false, now: 0)
    let views = try DeskViews(store.views)
    let reading = try store.views.environment.beginRead()
    var unapplied = UnappliedDesk()
    var batch = try store.beginBatch()
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst().dropLast() {
      let base64 = try #require(line.firstRange(of: #""data_base64":""#)).upperBound
      let record = try #require(Base64.decode(String(line[base64...].dropLast(2))))
      let stored = try GoldenLedger.read(record)
      switch stored.body {
      case .desk(let event):
        let before = try unapplied.state(of: stored.stream, over: views, reading)
        unapplied.change(stored.stream, from: before, to: CaseDecider.fold([event], from: before))
      case .office(let event, let circumstances):
        let entry = OfficeEntry(event, circumstances, at: batch.nextPosition)
        let before = try unapplied.office(over: views, reading)
        unapplied.add(OfficeStep(entry: entry, state: OfficeDecider.fold([entry], from: before)))
      }
      _ = try batch.append(
        record,
        .init(
          stream: stored.stream, version: stored.version, uid: stored.circumstances.actor.uid,
          commandID: stored.command.id, digest: stored.command.digest))
    }
    try batch.commit(.atOnce) { transaction throws(LMDBError) in try unapplied.write(into: views, transaction) }
    var rows: [String: [UInt8]] = [:]
    try store.views.environment.read { transaction throws(LMDBError) in
      try views.rows(transaction) { table, key, value in
        rows[table, default: []] += bigEndian(UInt32(key.count)) + key + bigEndian(UInt32(value.count)) + value
      }
    }
    return rows.mapValues { MerkleTree.leafHash($0).hex }
  }

  private static func text(_ digests: [String: String]) -> String {
    digests.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \"\($0.value)\"," }.joined(separator: "\n")
  }
}
