import Glibc
import Testing
import Wording

@Suite("What both programs say alike")
struct WordingTests {
  @Test("the errors of the system that people meet are said in Vietnamese, and in English as the system says them")
  func known() {
    for code in [
      ENOENT, EACCES, EPERM, ENOSPC, EROFS, EIO, EMFILE, ENFILE, ENOTDIR, EISDIR, EEXIST, ECONNREFUSED, EDQUOT, ELOOP,
      ENAMETOOLONG, EINVAL, EBUSY, EAGAIN, ENOTEMPTY, EXDEV, EFBIG, EPIPE, ETIMEDOUT, ESTALE, ENOMEM,
    ] {
      let text = SystemErrorText(code)
      let said = String(cString: strerror(code))
      #expect(text.en == said)
      #expect(!text.vi.isEmpty && !text.vi.contains(said), "\(code): \(text.vi)")
    }
    #expect(SystemErrorText(ENOSPC).vi == "đĩa hết chỗ")
  }

  @Test("any other one is said by its number, with the system's own words")
  func others() {
    let text = SystemErrorText(EL2HLT)
    #expect(text.vi == "lỗi hệ thống số \(EL2HLT) (\(String(cString: strerror(EL2HLT))))")
    #expect(SystemErrorText(9999).vi.contains("9999") && SystemErrorText(9999).en.contains("9999"))
  }

  @Test("numbers are grouped by points in Vietnamese and by commas in English")
  func grouped() {
    #expect(
      [0, 7, 999, 1000, 24_025, 1_000_000].map(\.groupedEn) == ["0", "7", "999", "1,000", "24,025", "1,000,000"])
    #expect([-1000, 24_025].map(\.groupedVi) == ["-1.000", "24.025"])
    #expect(UInt64.max.groupedEn == "18,446,744,073,709,551,615")
  }
}
