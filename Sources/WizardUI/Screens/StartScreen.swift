// Start: what this program does and the five ways into it, for whoever calls it without a target.

package import SystemIO
import UpgradeRuntime

/// The state of the start screen: a list of ways in, and the field of the one that needs a target.
package struct StartModel: Hashable, Sendable {
  /// One way in: the words of its command line, and whether a target is still to be typed.
  package struct Way: Hashable, Sendable {
    package var words: [String]
    package var title: String
    package var consequence: String
    package var needsTarget: Bool
  }

  package static let ways: [Way] = [
    Way(
      words: ["train"], title: "Try it", consequence: "six real throw-away servers on this machine; nothing else",
      needsTarget: false),
    Way(
      words: ["check"], title: "Look: may it be upgraded?", consequence: "reads every node; changes nothing",
      needsTarget: true),
    Way(
      words: ["plan"], title: "Look: what would be done?", consequence: "prints every step; changes nothing",
      needsTarget: true),
    Way(
      words: ["run"], title: "Upgrade, node by node",
      consequence: "checks first, then a plan; nothing is changed before you accept it", needsTarget: true),
    Way(
      words: ["resume"], title: "Go on with a run that was left or cut off",
      consequence: "looks at the servers first", needsTarget: false),
  ]

  package var size: Size
  package private(set) var selected = 3
  /// The field, and the way in that it belongs to.
  package private(set) var field: TextField?
  package private(set) var status: String?
  /// The words of the command line that was chosen.
  package private(set) var chosen: [String]?
  package private(set) var isLeaving = false

  package init(size: Size) { self.size = size }

  var screenName: ScreenName {
    ScreenLayout.isTooSmall(size) ? .tooSmall : field == nil ? .start : .typed
  }

  /// Takes one key. Pasted text is welcome here: a target is no answer, and nothing begins by typing it.
  package mutating func press(_ press: KeyPress) -> FaceAnswer {
    guard let request = Request.meant(by: press.key, on: screenName) else {
      if field?.edit(press.key) == true { status = nil }
      if field == nil, press.key == .enter { pick(selected) }
      return answer
    }
    switch request {
    case .redraw: return .redraw
    case .suspend: return .suspend
    case .quit, .interrupt: isLeaving = true
    case .cancel:
      field = nil
      status = nil
    case .choose(let digit): pick(digit - 1)
    case .confirm: confirm()
    case .write: status = "There is nothing to write yet."
    default:
      if let row = Movement.target(request, from: selected, of: Self.ways.count), field == nil { selected = row }
    }
    return answer
  }

  private var answer: FaceAnswer { chosen != nil || isLeaving ? .leave : .goOn }

  private mutating func pick(_ row: Int) {
    guard Self.ways.indices.contains(row) else { return }
    selected = row
    status = nil
    let way = Self.ways[row]
    if way.needsTarget {
      field = TextField("TARGET --to VERSION:")
    } else {
      chosen = way.words
    }
  }

  private mutating func confirm() {
    guard let text = field?.text else { return }
    let words = Self.ways[selected].words + text.split(separator: " ").map(String.init)
    do throws(UsageError) {
      _ = try Invocation.read(words)
      chosen = words
    } catch {
      status = error.description
    }
  }
}

extension StartModel {
  /// Draws the screen.
  package func frame(_ size: Size, glyphs: Glyphs = .utf8) -> Frame {
    var canvas = Canvas(size, glyphs: glyphs)
    guard !ScreenLayout.isTooSmall(size) else {
      let least = ScreenLayout.least
      let text = "Window is \(size.columns)x\(size.rows). This needs \(least.columns)x\(least.rows). q leaves."
      WrappedText(text).draw(in: canvas.area, on: &canvas)
      return Frame(canvas)
    }
    let layout = ScreenLayout(canvas.area)
    canvas.put("redis-upgrade", row: 0, column: 1, style: .bold)
    canvas.put("upgrades a Redis or Valkey Cluster in place, one node at a time", row: 1, column: 1)
    var cursor = drawWays(in: layout.body, on: &canvas)
    if let field {
      let row = layout.talk.cutTop(1).top.inset(rows: 0)
      field.draw(in: row, on: &canvas)
      cursor = field.cursor(in: row)
    } else {
      canvas.put("Nothing is changed by anything on this screen.", row: layout.talk.row, column: 1)
    }
    if let status {
      let row = layout.talk.cutBottom(1).bottom.inset(rows: 0)
      canvas.put(status, row: row.row, column: row.column, in: row, style: .attention)
    }
    let keys =
      field == nil
      ? "1-5 choose  j/k move  Enter open  q quit" : "Enter go on   Esc back   such as: 10.0.3.10:6379 --to 7.0.15"
    canvas.put(keys, row: layout.keys.row, column: 1, in: layout.keys)
    return Frame(canvas, cursor: cursor, title: "redis-upgrade")
  }

  private func drawWays(in area: Rectangle, on canvas: inout Canvas) -> Position? {
    let paragraphs = Self.ways.enumerated().flatMap { index, way in
      let marker = Line(index == selected ? ">" : " ") + Line("\(index + 1)", .bold)
      return [
        WrappedText(way.title, style: index == selected ? .bold : .plain, label: marker, indent: 4),
        WrappedText(way.consequence, indent: 4),
      ]
    }
    ScrolledCard("What do you want to do?", paragraphs, isFocused: field == nil).draw(in: area, on: &canvas)
    return Position(row: area.row + 1 + 2 * selected, column: area.column + 2)
  }
}

/// The start screen on a terminal; `chosen` says what to go on with.
package struct StartFace: Face {
  private var model: StartModel

  package init(size: Size) { model = StartModel(size: size) }

  /// The words of a command line; nil when the operator left.
  package var chosen: [String]? { model.chosen }

  package mutating func handle(_ event: FaceEvent, at now: MonotonicTime) -> FaceAnswer {
    switch event {
    case .key(let press): return model.press(press)
    case .resized(let size):
      model.size = size
      return .goOn
    case .signal, .hangUp: return .leave
    case .appeared, .woken, .timeCame: return .goOn
    }
  }

  package func frame(_ size: Size, glyphs: Glyphs, at now: MonotonicTime) -> Frame { model.frame(size, glyphs: glyphs) }
}
