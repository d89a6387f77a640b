// The start: the ways into this program and the runs that are there, for whoever calls it without a target.

import SystemIO
import UpgradeRuntime

/// The state of the start screen: a list of ways in, and the field of the one that needs a target.
package struct StartModel: Hashable, Sendable {
  /// One way in: the words of its command line, and whether a target is still to be typed.
  package struct Way: Hashable, Sendable {
    package var words: [String]
    package var title: String
    package var consequence: String
    package var needsTarget: Bool
    /// Something was left half done: it needs a person more than anything else here.
    package var isOpenRun: Bool

    package init(
      words: [String], title: String, consequence: String, needsTarget: Bool = false, isOpenRun: Bool = false
    ) {
      self.words = words
      self.title = title
      self.consequence = consequence
      self.needsTarget = needsTarget
      self.isOpenRun = isOpenRun
    }
  }

  /// The ways that are always there, at the same digits.
  package static let usual: [Way] = [
    Way(words: ["train"], title: "Try it", consequence: "six real throw-away servers on this machine; nothing else"),
    Way(
      words: ["check"], title: "Look: may it be upgraded?", consequence: "reads every node; changes nothing",
      needsTarget: true),
    Way(
      words: ["plan"], title: "Look: what would be done?", consequence: "prints every step; changes nothing",
      needsTarget: true),
    Way(
      words: ["run"], title: "Upgrade, node by node",
      consequence: "checks first, then a plan; nothing is changed before you accept it", needsTarget: true),
  ]

  package let ways: [Way]
  package var size: Size
  package private(set) var selected: Int
  /// The field, and the way in that it belongs to.
  package private(set) var field: TextField?
  /// The help lies over the list; where it is scrolled to.
  package private(set) var help: ScrollWindow?
  /// What is searched for in the help.
  package private(set) var search: Search?
  package private(set) var status: String?
  /// The words of the command line that was chosen.
  package private(set) var chosen: [String]?
  package private(set) var isLeaving = false

  /// - Parameter runs: what was done before, newest first; open runs come before all others.
  package init(size: Size, runs: [Way] = []) {
    self.size = size
    ways = Self.usual + runs.filter(\.isOpenRun) + runs.filter { !$0.isOpenRun }
    // What was left half done is what somebody comes back for.
    selected = ways.firstIndex(where: \.isOpenRun) ?? Self.usual.count - 1
  }

  var screenName: ScreenName {
    if ScreenLayout.isTooSmall(size) { return .tooSmall }
    if search?.field != nil { return .searching }
    return help != nil ? .help : field == nil ? .start : .typed
  }

  /// The rows of the help in sight at once.
  var helpOverlay: HelpOverlay {
    HelpOverlay(for: .start, notes: HelpPage.notes, window: help ?? ScrollWindow(), search: search)
  }

  private var body: Rectangle {
    ScreenLayout(Rectangle(row: 0, column: 0, rows: size.rows, columns: size.columns)).body
  }

  /// Takes one key. Pasted text is welcome in the field: a target is no answer, and nothing begins by typing it. In the
  /// list a paste would open whatever its letters happen to name.
  package mutating func press(_ press: KeyPress) -> FaceAnswer {
    guard !press.isPasted || screenName == .typed || search?.field != nil else {
      status = "Pasted text opens nothing: pick a row first."
      return answer
    }
    guard let request = Request.meant(by: press.key, on: screenName) else {
      if search?.field != nil {
        if search?.edit(press.key) == true { find { $0.find(in: $1) } }
      } else if field?.edit(press.key) == true {
        status = nil
      }
      return answer
    }
    switch request {
    case .redraw: return .redraw
    case .suspend: return .suspend
    case .quit, .interrupt: isLeaving = true
    case .help:
      help = help == nil && field == nil ? ScrollWindow() : nil
      search = nil
    case .search: search = Search(from: helpOverlay.shown(in: body).first)
    case .searchNext, .searchPrevious: find { $0.step(forward: request == .searchNext, in: $1) }
    case .keep:
      search?.endTyping()
      if search?.text.isEmpty == true { search = nil }
    case .cancel: back()
    case .choose, .open: pick(request, press)
    // A paste that ends in a new line has typed the target, and nobody has read it yet.
    case .confirm: press.isPasted || !press.isAlone ? status = "Pasted: read it, then press Enter." : confirm()
    case .write, .picture: status = "There is nothing to write yet."
    default: move(request)
    }
    return answer
  }

  private var answer: FaceAnswer { chosen != nil || isLeaving ? .leave : .goOn }

  private mutating func back() {
    if search != nil {
      search = nil
    } else if help != nil {
      help = nil
    } else {
      field = nil
      status = nil
    }
  }

  /// Searches the help, and brings what was found into sight.
  private mutating func find(_ look: (inout Search, [Search.Row]) -> Void) {
    guard var found = search else { return }
    look(&found, helpOverlay.searchRows(in: body))
    search = found
    guard let hit = found.hit else { return }
    let first = helpOverlay.revealing(hit, in: body)
    help?.first = first
  }

  private mutating func move(_ request: Request) {
    if let window = help {
      let count = helpOverlay.rows(in: body).count
      let first = Movement.scroll(request, from: window.first, of: count, height: body.inset().rows) ?? window.first
      help?.first = first
    } else if field == nil, let row = Movement.target(request, from: selected, of: ways.count) {
      selected = row
      status = nil
    }
  }

  private mutating func pick(_ request: Request, _ press: KeyPress) {
    guard press.isAlone else {
      status = "Several keys came at once: none was taken. Press one key."
      return
    }
    if case .choose(let digit) = request { pick(digit - 1) } else { pick(selected) }
  }

  private mutating func pick(_ row: Int) {
    guard ways.indices.contains(row) else {
      status = "There is no row \(row + 1)."
      return
    }
    selected = row
    status = nil
    let way = ways[row]
    if way.needsTarget {
      field = TextField("TARGET --to VERSION:")
    } else {
      chosen = way.words
    }
  }

  private mutating func confirm() {
    guard let text = field?.text else { return }
    guard !text.allSatisfy({ $0 == " " }) else {
      status = "Type any server of the deployment and the version to go to: 10.0.3.10:6379 --to 7.0.15"
      return
    }
    let words = ways[selected].words + text.split(separator: " ").map(String.init)
    do throws(UsageError) {
      _ = try Invocation.read(words)
      chosen = words
    } catch {
      status = error.description
    }
  }
}
