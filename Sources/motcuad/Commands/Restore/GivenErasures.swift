import Desk
import DeskService
import Glibc

extension Restore {
  /// The list of erasures that was given; nil when none was.
  func givenErasures() throws -> [ErasureList.Entry]? {
    guard let erasures else { return nil }
    let bytes: [UInt8]
    do throws(UnsafePath) { bytes = try GivenFile(erasures).contents() } catch {
      if case .system = error { throw RestoreRefusal.listUnreadable(erasures, line: nil) }
      throw error
    }
    do throws(ErasureList.Fault) {
      let list = try ErasureList.parse(bytes, path: erasures)
      if list.isCutShort {
        complain(
          Language.current().pick(
            Text(
              vi: "\(erasures): dòng cuối bị cắt, bỏ qua: việc xóa đó chưa được xác nhận với ai",
              en: "\(erasures): its last line is cut short and left out: nobody was told of that erasure")))
      }
      return list.entries
    } catch {
      if case .malformed(_, let line) = error { throw RestoreRefusal.listUnreadable(erasures, line: line) }
      throw RestoreRefusal.listUnreadable(erasures, line: nil)
    }
  }

  /// What was given and what the office's own list has; nil when there is neither.
  func allErasures(_ given: [ErasureList.Entry]?, _ apart: Apart) throws -> [ErasureList.Entry]? {
    for place in apart.places { try DataDirectory.requireSafe(place) }
    let own = apart.erasures.readable()
    do throws(ErasureList.Fault) { _ = try apart.erasures.entries() } catch {
      // A list that was given takes the place of the lines of the office's own that cannot be read.
      guard given != nil else { throw RestoreRefusal.ownList(error) }
      let fault = error.text
      complain(
        Language.current().pick(
          Text(
            vi:
              "danh sách hồ sơ đã xóa dữ liệu của motcuad có chỗ không đọc được (\(fault.vi)): phần còn lại vẫn được dùng",
            en: "motcuad's own list of erasures cannot be read whole (\(fault.en)): the rest of it is used")))
    }
    if given == nil, own.isEmpty { return nil }
    let known = Set(own.map(\.commitment))
    return own + (given ?? []).filter { !known.contains($0.commitment) }
  }
}
