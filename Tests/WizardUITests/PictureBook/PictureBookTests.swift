// The book of pictures is as it was when somebody last looked through it.
import SystemIO
import Testing

@testable import WizardUI

/// A screen that is meant to look otherwise is drawn anew with `REDIS_UPGRADE_PICTURES=draw`; the change is then there
/// to be read, picture by picture, before it is kept.
@Suite struct PictureBookTests {
  private static let isDrawn = Host.environment["REDIS_UPGRADE_PICTURES"] == "draw"

  @Test(arguments: PicturePages.all)
  func isAsExpected(_ page: PicturePage) throws {
    var judge = FrameJudge()
    // Nothing is torn, and nothing of it could act on a terminal.
    let text = page.text { canvas, size in #expect(judge.cellFaults(of: canvas, size, isASCII: false) == []) }
    if Self.isDrawn { try Files.writeAtomically(page.path, Array(text.utf8), mode: 0o644) }
    let rows = text.split(separator: "\n", omittingEmptySubsequences: false)
    let expected = String(decoding: try Files.read(page.path), as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)
    guard rows != expected else { return }
    let row =
      zip(rows, expected).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(rows.count, expected.count)
    let title = rows.prefix(row + 1).last { $0.hasPrefix("=== ") || $0.hasPrefix("--- ") } ?? ""
    let start = max(0, row - 12)
    Issue.record(
      """
      \(title) differs in line \(row + 1) of its file; it is
      \(rows.dropFirst(start).prefix(26).joined(separator: "\n"))
      and not
      \(expected.dropFirst(start).prefix(26).joined(separator: "\n"))
      """)
  }
}
