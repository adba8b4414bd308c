import Foundation
import Glibc
import TestSupport
import Testing

/// The package's `postrm` as dpkg runs it, among directories that are put over the machine's own for as long as it runs.
@Suite("Purging the package", .oneAtATime, .enabled(if: getuid() == 0, "skipped: needs root to mount"))
struct PurgeTests {
  /// - Parameter script: lines of a shell, in which `purge` runs what dpkg runs, and `there` says which of the places are.
  private static func run(_ script: String) throws -> Program.Outcome {
    let postrm = Project.folder.appending(path: "packaging/debian/postrm").path
    let setting = """
      set -e
      mount --make-rprivate /
      mount -t tmpfs tmpfs /var/lib; mount -t tmpfs tmpfs /var/backups
      mkdir /var/lib/default; mount --bind /var/lib/default /etc/default
      mkdir -p /var/lib/motcua/ledger /var/lib/motcua-apart /var/lib/motcua-checkpoints /var/lib/away
      mkdir -p /var/backups/motcua/keys /var/backups/motcua-erasures
      echo ledger > /var/lib/motcua/ledger/data.mdb; echo keys > /var/backups/motcua/keys/1
      purge() { sh \(postrm) remove && sh \(postrm) purge; }
      there() { for place in "$@"; do if [ -e "$place" ]; then echo "there $place"; else echo "gone $place"; fi; done; }

      """
    return try Program.run(["/usr/bin/unshare", "--mount", "/bin/sh", "-c", setting + script])
  }

  private static let all = "/var/lib/motcua/ledger/data.mdb /var/lib/motcua-apart /var/backups/motcua/keys/1"

  private static func lines(_ word: String) -> String {
    all.split(separator: " ").map { "\(word) \($0)\n" }.joined()
  }

  @Test("given directories of its own, nothing is left, and again it has nothing to do")
  func whole() throws {
    let purged = try Self.run("purge; there \(Self.all) /var/lib/motcua /var/lib/motcua-removed; purge")
    #expect(purged.status == 0, "\(purged.errors)")
    #expect(purged.output == Self.lines("gone") + "gone /var/lib/motcua\ngone /var/lib/motcua-removed\n")
    #expect(purged.errors.isEmpty, "\(purged.errors)")
  }

  @Test(
    "given a mount or a link in the place of a directory or within one, it is named with where it leads, and all of the data is left",
    arguments: [
      ("mount -t tmpfs tmpfs /var/lib/motcua-checkpoints", "/var/lib/motcua-checkpoints is a mount"),
      ("mount --bind /var/lib/motcua/ledger /var/lib/motcua/ledger", "/var/lib/motcua/ledger is a mount"),
      ("rmdir /var/lib/motcua-apart; ln -s away /var/lib/motcua-apart", "motcua-apart is a link to /var/lib/away"),
      ("ln -s /var/lib/away /var/backups/motcua/more", "/var/backups/motcua/more is a link to /var/lib/away"),
      ("ln -s /nowhere/at/all /var/lib/motcua/lost", "/var/lib/motcua/lost is a link to /nowhere/at/all"),
    ])
  func refused(change: String, named: String) throws {
    let purged = try Self.run("\(change); purge && echo purged; there \(Self.all)")
    #expect(purged.output == Self.lines("there"), "\(purged.errors)")
    #expect(purged.errors.contains(named) && purged.errors.contains("no data was removed"), "\(purged.errors)")
    #expect(purged.errors.contains("chưa xóa dữ liệu nào"))
  }

  @Test("a purge that is refused puts back the settings that dpkg has taken away before, but none that are there again")
  func settings() throws {
    let postrm = "sh " + Project.folder.appending(path: "packaging/debian/postrm").path
    let purged = try Self.run(
      """
      echo MOTCUA_LANG=vi > /etc/default/motcua; chmod 640 /etc/default/motcua
      ln -s /var/lib/away /var/lib/motcua/more
      \(postrm) remove
      rm /etc/default/motcua
      \(postrm) purge && echo purged
      stat -c %a /etc/default/motcua; cat /etc/default/motcua
      echo MOTCUA_LANG=en > /etc/default/motcua
      \(postrm) purge && echo purged
      cat /etc/default/motcua
      rm /var/lib/motcua/more
      \(postrm) purge
      there /etc/default/motcua /var/lib/motcua /var/lib/motcua-removed
      """)
    #expect(
      purged.output
        == "640\nMOTCUA_LANG=vi\nMOTCUA_LANG=en\ngone /etc/default/motcua\ngone /var/lib/motcua\ngone /var/lib/motcua-removed\n",
      "\(purged.errors)")
  }

  @Test("what the settings name elsewhere is left and named, also when dpkg has taken the settings away before")
  func elsewhere() throws {
    let purged = try Self.run(
      """
      mkdir "/var/lib/other place" /var/lib/kept /var/lib/archive /var/lib/hourly
      cat > /etc/default/motcua <<SETTINGS
      #MOTCUA_BACKUP_DIRECTORY=/var/lib/away
      MOTCUA_KEYS_DIRECTORY="/var/lib/other place"
      MOTCUA_ERASURES=/var/lib/kept
      MOTCUA_BACKUP_DIRECTORY=/var/backups/motcua/keys
      MOTCUA_CHECKPOINT_DIRECTORY=
      MOTCUA_ARCHIVE_DIRECTORY=/var/lib/archive
      MOTCUA_HOURLY_KEYS_DIRECTORY='/var/lib/hourly'
      MOTCUA_HOURLY_ERASURES=/var/lib/hourly/erasures
      SETTINGS
      sh \(Project.folder.appending(path: "packaging/debian/postrm").path) remove
      rm /etc/default/motcua
      sh \(Project.folder.appending(path: "packaging/debian/postrm").path) purge
      there /var/lib/kept "/var/lib/other place" /var/lib/motcua /var/backups/motcua
      """)
    #expect(purged.status == 0, "\(purged.errors)")
    #expect(
      purged.output
        == "there /var/lib/kept\nthere /var/lib/other place\ngone /var/lib/motcua\ngone /var/backups/motcua\n")
    let named = purged.errors.split(separator: "\n").filter {
      $0.contains("was set in /etc/default/motcua and is left")
    }
    #expect(named.count == 4, "\(purged.errors)")
    #expect(named.contains { $0.contains("/var/lib/archive ") } && named.contains { $0.contains("/var/lib/hourly ") })
    #expect(named.contains { $0.contains("/var/lib/other place") } && named.contains { $0.contains("/var/lib/kept") })
  }
}
