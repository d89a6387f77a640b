// Searching a page: the help, the journal, the output. One field, one way to move, whatever the rows are.

import UpgradeCore

/// A page whose rows can be searched.
protocol SearchedPage {
  /// The rows, from the first to the last.
  var searchRows: [Search.Row] { get }
  /// The row that a search begins at.
  var searchOrigin: Int { get }
  /// Brings a row into sight.
  func reveal(_ row: Int, _ model: inout WizardModel)
}

extension WizardModel {
  /// What is being typed to be searched for; nil where nobody types it.
  var searchField: TextField? { view == nil ? checks.filter.field : view?.search?.field }

  /// The page in sight, where it can be searched.
  func searchedPage(_ picture: RunPicture) -> (any SearchedPage)? {
    view?.name == .help ? HelpPage(picture, self) : screen(picture) as? any SearchedPage
  }

  /// Opens the field; what was searched for before is gone.
  mutating func beginSearch(_ picture: RunPicture) -> [WizardEffect] {
    guard let page = searchedPage(picture) else { return [] }
    status = nil
    view?.search = Search(from: page.searchOrigin)
    return []
  }

  /// Opens the field for what the checks are to be filtered by.
  mutating func beginFilter() {
    status = nil
    checks.filter.field = TextField("Only checks with:", text: checks.filter.text)
  }

  /// A key while the field is open: whatever is typed or pasted is text, and answers nothing.
  mutating func typeSearch(_ press: KeyPress, _ picture: RunPicture) {
    if view == nil {
      guard checks.filter.field?.edit(press.key) == true else { return }
      checks.filter.text = checks.filter.field?.text ?? ""
      return
    }
    guard view?.search?.edit(press.key) == true, let page = searchedPage(picture) else { return }
    view?.search?.find(in: page.searchRows)
    reveal(page)
  }

  /// To the next row that holds it, or to the one before.
  mutating func stepSearch(forward: Bool, _ picture: RunPicture) -> [WizardEffect] {
    guard let search = view?.search, !search.text.isEmpty, let page = searchedPage(picture) else {
      status = "Nothing is searched for: \(Request.search.label) begins."
      return []
    }
    view?.search?.step(forward: forward, in: page.searchRows)
    reveal(page)
    return []
  }

  private mutating func reveal(_ page: any SearchedPage) {
    if let hit = view?.search?.hit { page.reveal(hit, &self) }
  }

  /// Enter: what was found stays marked, and keys are the page's again.
  mutating func endTypingSearch() {
    checks.filter.field = nil
    view?.search?.endTyping()
    if view?.search?.text.isEmpty == true { view?.search = nil }
  }
}

extension SearchedPage {
  /// What is said of the search in the frame of the page; empty where there is none.
  func searchNote(_ model: WizardModel) -> String { model.view?.search?.note(in: searchRows) ?? "" }
}
