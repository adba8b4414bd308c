import ArgumentParser
import Desk
import DeskService
import EventStore
import Glibc

struct Restore: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: spoken(
      "Đặt lại bản sao lưu hoặc kho lưu trữ vào thư mục trống, hoặc đưa khóa về cho sổ.",
      "Puts a backup or an archive back into an empty data directory, or keys to a ledger."))

  @Argument(
    help: help(
      "Bản sao lưu sổ; để trống khi chỉ đưa khóa, hoặc khi đặt lại từ --archive.",
      "The backup of the ledger; leave it out to bring keys only, or with --archive."))
  var file: String?

  @Option(
    help: help(
      "Kho lưu trữ do motcua archive ghi: đặt lại từ đó, hoặc thêm những gì bản sao lưu chưa có.",
      "An archive that motcua archive has written: all of the ledger, or what the backup lacks of it."))
  var archive: String?

  @Flag(
    help: help(
      "Kho lưu trữ có đoạn hỏng hoặc thiếu: lấy những gì nguyên vẹn trước đó, và bản sao lưu nếu có.",
      "A segment of the archive is damaged or missing: takes what is whole before it, and the backup if there is one."))
  var beforeDamage = false

  @Option(help: help("Thư mục dữ liệu.", "The data directory."))
  var data: String = Paths.data

  @Option(help: help("Bản sao lưu khóa.", "The backup of the keys."))
  var keys: String?

  @Flag(
    help: help(
      "Chưa đưa khóa vào: dữ liệu cá nhân chưa mở được.", "Leaves everything personal closed until keys are brought."))
  var withoutKeys = false

  @Option(
    help: help(
      "Điểm chốt đã công bố gần nhất; sổ ghi lại những gì mất sau bản sao lưu.",
      "The last checkpoint that was published; what is lost after the backup is recorded."))
  var checkpoint: String?

  @Option(help: help("Khóa công khai của người ký điểm chốt.", "The public key of who signed it."))
  var key: String?

  @Flag(
    help: help(
      "Không có điểm chốt: không ai biết sổ đã đến đâu, và phải có khóa ký mới.",
      "There is none: nobody knows how far the ledger went, and a new signing key is needed."))
  var noCheckpoint = false

  @Option(
    help: help(
      "Danh sách hồ sơ đã xóa dữ liệu cá nhân, ngoài danh sách mà motcuad giữ; chúng được xóa lại.",
      "A list of erasures, beside the one that motcuad keeps; they are applied again."))
  var erasures: String?

  @Flag(
    help: help(
      "Không có danh sách nào khác: hồ sơ đã xóa sau bản sao lưu mà motcuad không biết sẽ đọc lại được.",
      "There is no other: what was erased after the backup and motcuad does not know of can be read again."))
  var noErasures = false

  @Option(
    help: help(
      "Số thứ tự lớn nhất đã cấp mà cơ quan biết (trên giấy hẹn), nếu lớn hơn trong sổ.",
      "The greatest serial that is known to have been given out (on receipts), when the ledger knows less."))
  var serialsAbove: UInt32?

  @Option(
    help: help(
      "Thư mục cấu hình của motcuad sẽ chạy trên thư mục dữ liệu đó.",
      "The configuration directory of the daemon that is to run on that data directory."))
  var config: String?

  @Flag(
    help: help(
      "Giờ máy đúng, dù sớm hơn sự kiện cuối trong bản sao lưu hoặc cách nó quá lâu.",
      "The machine's clock is right, though it is before the last event of the backup or long after it."))
  var clockIsRight = false

  func validate() throws {
    guard file != nil || archive != nil || keys != nil else {
      throw ValidationError(
        spoken(
          "hãy chỉ bản sao lưu: TỆP, --archive THƯ MỤC, hoặc --keys TỆP",
          "say which backup: FILE, --archive DIRECTORY, or --keys FILE"))
    }
    if beforeDamage, archive == nil {
      throw ValidationError(spoken("--before-damage đi cùng --archive", "--before-damage goes with --archive"))
    }
    if file == nil, archive == nil, checkpoint != nil || noCheckpoint || noErasures || serialsAbove != nil {
      throw ValidationError(
        spoken(
          "--checkpoint, --no-erasures và --serials-above đi cùng TỆP hoặc --archive",
          "--checkpoint, --no-erasures and --serials-above go with FILE or --archive"))
    }
    for (isGiven, isDenied, names) in [
      (keys != nil, withoutKeys, ("--keys", "--without-keys")),
      (checkpoint != nil, noCheckpoint, ("--checkpoint", "--no-checkpoint")),
      (erasures != nil, noErasures, ("--erasures", "--no-erasures")),
    ] where isGiven && isDenied {
      throw ValidationError(
        spoken("\(names.0) và \(names.1) loại trừ nhau", "\(names.0) and \(names.1) exclude each other"))
    }
    if let serialsAbove, serialsAbove > 99_999_999 {
      throw ValidationError(
        spoken("--serials-above là số từ 0 đến 99999999", "--serials-above is a number from 0 to 99999999"))
    }
    if key != nil, checkpoint == nil {
      throw ValidationError(spoken("--key đi cùng --checkpoint", "--key goes with --checkpoint"))
    }
  }

  func run() throws {
    let language = Language.current()
    do {
      if file != nil || archive != nil {
        try requireAll()
        try restore(language)
      } else if let keys {
        try bring(keys, language)
      }
    } catch let damage as Damage {
      DataDirectory.withdraw()
      complain(
        language.pick(
          Text(
            vi: "bản sao lưu hỏng, chưa có gì bị thay đổi: \(damage.sentence.vi)",
            en: "the backup is damaged, nothing was changed: \(damage.sentence.en)")))
      throw Exit.damage
    } catch {
      DataDirectory.withdraw()
      for said in (error as? RestoreRefusal)?.sentences ?? [StartFailure.text(error)] { complain(language.pick(said)) }
      switch error {
      case let error as UnsafePath: throw Exit.code(error)
      case let failure as SegmentReader.Failure: throw failure.code
      case is InspectorProcess.SpawnFailure: throw Exit.storage
      case let failure as InspectionFailure where failure.isRefused: throw Exit.storage
      case StoreError.inUse: throw Exit.inUse
      case StoreError.file, StoreError.storage: throw Exit.storage
      // Nothing is wrong with the ledger: the command asked for what cannot be done.
      case StoreError.occupied, RestoreRefusal.missing, RestoreRefusal.nothingToBring, RestoreRefusal.archiveEmpty:
        throw Exit.usage
      case CommandFailure.clockSuspect: throw Exit.usage
      case CommandFailure.storageFull, CommandFailure.storageFailed: throw Exit.storage
      case is SettingsError: throw Exit.config
      case SignedHeadsError.file, RestoreRefusal.ownList(.file): throw Exit.storage
      default:
        switch StoreError(error) {
        case .file, .storage: throw Exit.storage
        default: throw Exit.damage
        }
      }
    }
  }

  /// Throws one refusal that names every option that is missing, before anything is done.
  func requireAll() throws {
    var missing: [RestoreRefusal.Need] = []
    if checkpoint == nil, !noCheckpoint { missing.append(.checkpoint) }
    if checkpoint != nil, key == nil { missing.append(.key) }
    if keys == nil, !withoutKeys { missing.append(.keys) }
    if erasures == nil, !noErasures {
      let list = try settings().apart(data: data).erasures.path
      missing.append(.erasures(list: access(list, F_OK) == 0 ? list : nil))
    }
    if !missing.isEmpty { throw RestoreRefusal.missing(missing) }
  }

  /// The settings of the daemon. A backup that is only tried out, in a directory of its own, must not touch what the
  /// office keeps apart: that is used only when the office's configuration is named, or its data directory.
  func settings() throws -> DaemonSettings {
    var settings = try DaemonSettings.ofCommand(config ?? Paths.config)
    let place = Paths.real(data)
    if config == nil, place != Paths.real(Paths.systemData), place != Paths.real(Paths.data) {
      (settings.signedHeads, settings.erasures) = (nil, nil)
    }
    return settings
  }
}
