// What a page is about as text: whole, where it is longer than the screen, and what of it is selected.

import UpgradeCore

/// Some lines with the name of the file that they are written to.
package struct PageText: Hashable, Sendable {
  /// The beginning of the file's name: `plan`.
  package var name: String
  /// Without anything that a terminal or a shell would act on unseen.
  package var lines: [String]

  package init(_ name: String, _ lines: [String]) {
    self.name = name
    self.lines = lines.map(\.madeVisible)
  }

  init(_ name: String, _ paragraphs: [WrappedText]) {
    self.init(name, paragraphs.flatMap(\.plainLines))
  }

  /// The exact commands of some steps, as they would be pasted.
  init(commandsOf steps: [Step], _ setup: Setup) {
    self.init("commands", steps.flatMap { $0.action.commands(in: setup) })
  }
}

extension WrappedText {
  /// The paragraph in lines that are not broken; the first with its label.
  var plainLines: [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { index, line in
      let start = index == 0 ? label.string : ""
      let gap = String(repeating: " ", count: max(start.isEmpty ? 0 : 1, indent - start.displayColumns))
      return indent == 0 && start.isEmpty ? String(line) : start + gap + line
    }
  }
}

extension WizardModel {
  /// What `w` writes; nil is the screen as it is.
  func written(_ picture: RunPicture) -> PageText? { isCovered ? nil : screen(picture).written }

  /// What is copied; nil is the screen as it is.
  func copied(_ picture: RunPicture) -> PageText? { isCovered ? nil : screen(picture).copied }

  private var isCovered: Bool { dialog != nil || view?.name == .help }
}
