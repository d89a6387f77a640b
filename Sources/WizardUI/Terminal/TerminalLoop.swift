// The loop of the initial thread: waits for keys, signals and wake-ups, and shows the newest state.

package import SystemIO

/// Runs a face on a screen until it leaves.
///
/// Nothing behind the face ever waits for it: whoever has a newer state signals the wake-up and goes on, and the face
/// shows what is newest when the terminal takes it. What `main` does for it, on the initial thread:
///
///     Relaunch.withQuietBacktraces()
///     try Signals.prepareProcess()
///     try Signals.block(TerminalLoop.signals)
///     let screen = try Screen(on: .standard(), settings)     // throws: say why, and use the plain face
///     var loop = TerminalLoop(screen, wakeUp: wakeUp, signals: try SignalSource(TerminalLoop.signals))
///     try loop.run(&face)
///     screen.leave(saying: face.summary)
package struct TerminalLoop {
  /// The signals that the loop reads; `main` blocks them before the first thread starts (`Signals.block`).
  package static let signals: [Signal] = [.windowChange, .hangUp, .terminate, .interrupt, .continued]

  /// Pictures follow each other no faster than this, except after a key.
  static let pace: Duration = .milliseconds(50)
  /// After so long without a key nobody is taken to be looking, and the bell may ring.
  static let longestLook: Duration = .seconds(30)
  /// A control string that no terminal shows; whoever reads what the program writes knows by it that the picture is
  /// whole, and of the newest state.
  static let idleMark = Array("\u{1B}]7770;idle\u{07}".utf8)
  /// A terminal that is readable so often and never has a key is at its end.
  static let mostEmptyReads = 50

  private let screen: Screen
  private let wakeUp: WakeUp
  private let source: SignalSource
  /// Whether there is something newer than what is shown, and whether somebody waits to see it.
  private var isStale = true
  private var isUrgent = true
  private var isHungUp = false
  /// Whether something was drawn that no mark has followed yet.
  private var owesMark = false
  private var emptyReads = 0
  private var shown: Frame?
  private var drawnAt = MonotonicTime(nanoseconds: .min)
  private var lastKey = MonotonicTime.now
  /// When the oldest key was read whose frame is not drawn yet.
  private var unseenKey: MonotonicTime?

  package init(_ screen: Screen, wakeUp: WakeUp, signals: SignalSource) {
    self.screen = screen
    self.wakeUp = wakeUp
    self.source = signals
  }

  /// Returns when the face answers `leave`; the screen is still there then.
  package mutating func run(_ face: inout some Face) throws(SystemError) {
    while true {
      var events = draw(face)
      if events.isEmpty { events = try wait() }
      while !events.isEmpty {
        let event = events.removeFirst()
        isStale = true
        switch face.handle(event, at: .now) {
        case .goOn: break
        case .leave: return
        case .redraw:
          screen.redrawAll()
          isUrgent = true
        case .discard:
          screen.discardTypeAhead()
          events.removeAll { if case .key = $0 { true } else { false } }
          isUrgent = true
        case .copy(let text): screen.copy(text)
        case .suspend where !isHungUp:
          screen.suspend()
          isUrgent = true
          events.append(.resized(screen.size))
          // The continuation that ended the stop is served already.
          while let signal = source.next() { if signal != .continued { events += take(signal) } }
        case .suspend: break
        }
      }
    }
  }

  // MARK: Drawing

  /// Shows the newest state when there is one, it is time, and the terminal takes it; answers what that caused.
  private mutating func draw(_ face: some Face) -> [FaceEvent] {
    let now = MonotonicTime.now
    guard isStale, !isHungUp, isUrgent || now >= drawnAt + Self.pace, screen.isReadyForOutput else { return [] }
    let frame = face.frame(screen.size, glyphs: screen.glyphs, at: now)
    let isNewPrompt = frame.prompt != nil && frame.prompt != shown?.prompt
    let isNewAlert = frame.alert != nil && frame.alert != shown?.alert
    screen.present(frame, rings: isNewAlert && now - lastKey >= Self.longestLook)
    shown = frame
    drawnAt = now
    isStale = false
    isUrgent = false
    owesMark = true
    if let unseenKey { screen.sayTime(since: unseenKey) }
    unseenKey = nil
    guard isNewPrompt, let prompt = frame.prompt else { return [] }
    screen.discardTypeAhead()
    return [.appeared(prompt: prompt)]
  }

  // MARK: Waiting

  /// How long nothing has to be done by itself; for ever without an answer.
  private func idleTime(at now: MonotonicTime) -> Duration? {
    if isHungUp { return nil }
    // What is urgent and still not drawn waits for a terminal that is stopped.
    if isStale { return isUrgent ? Self.pace : max(.zero, drawnAt + Self.pace - now) }
    return shown?.redrawAt.map { max(.zero, $0 - now) }
  }

  private mutating func wait() throws(SystemError) -> [FaceEvent] {
    if owesMark, !isStale, !isHungUp {
      owesMark = false
      screen.sayIdle(Self.idleMark)
    }
    var descriptors = [wakeUp.descriptor, source.descriptor]
    if !isHungUp { descriptors.append(screen.descriptor) }
    let ready = try waitReadable(descriptors, within: idleTime(at: .now))
    var events: [FaceEvent] = []
    if wakeUp.drain() { events.append(.woken) }
    while let signal = source.next() { events += take(signal) }
    if !isHungUp, ready.count > 2 { events += takeKeys(ready[2]) }
    if let redrawAt = shown?.redrawAt, MonotonicTime.now >= redrawAt {
      shown?.redrawAt = nil
      events.append(.timeCame)
    }
    return events
  }

  private mutating func take(_ signal: Signal) -> [FaceEvent] {
    switch signal {
    case .windowChange:
      guard !isHungUp else { return [] }
      screen.adoptSize()
      isUrgent = true
      return [.resized(screen.size)]
    case .continued:
      guard !isHungUp else { return [] }
      screen.resume()
      isUrgent = true
      return [.resized(screen.size)]
    case .hangUp: return hangUp()
    default: return [.signal(signal)]
    }
  }

  private mutating func takeKeys(_ readiness: Readiness) -> [FaceEvent] {
    var events: [FaceEvent] = []
    if readiness.contains(.readable) {
      let now = MonotonicTime.now
      let batch = screen.readKeys(at: now)
      events = batch.presses.map(FaceEvent.key)
      emptyReads = batch.presses.isEmpty ? emptyReads + 1 : 0
      if !events.isEmpty {
        lastKey = now
        unseenKey = unseenKey ?? now
        isUrgent = true
      }
      if batch.isHungUp || emptyReads > Self.mostEmptyReads { events += hangUp() }
    }
    // What was typed before the terminal went away is read first.
    if events.isEmpty, !readiness.isDisjoint(with: [.hangUp, .failed]) { events += hangUp() }
    return events
  }

  private mutating func hangUp() -> [FaceEvent] {
    guard !isHungUp else { return [] }
    isHungUp = true
    shown = nil
    return [.hangUp]
  }
}
