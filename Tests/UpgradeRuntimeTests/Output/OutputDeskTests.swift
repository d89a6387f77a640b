// Output on its way to the screen: in order, the newest command's only, and only for whoever has a pane.

import Synchronization
import SystemIO
import Testing
import UpgradeCore

@testable import UpgradeRuntime

@Suite(.timeLimit(.minutes(1))) struct OutputDeskTests {
  private static func job(_ attempt: Int) -> HostJob {
    HostJob(
      id: EffectID(StepKey(.install, .node(NodeID("a"))), attempt: attempt), node: NodeID("a"), text: "install",
      bound: .seconds(1))
  }

  private static func withDesk(
    _ body: @escaping @Sendable (OutputDesk, AsyncStream<OutputDesk.View>) async throws -> Void
  ) async throws {
    let loop = try EventLoop(name: "desk")
    defer { loop.stop() }
    let (views, continuation) = AsyncStream.makeStream(of: OutputDesk.View.self)
    let desk = OutputDesk(loop: loop) { continuation.yield($0) }
    try await Task(executorPreference: loop) { try await body(desk, views) }.value
  }

  @Test func piecesAreShownInOrderAndTheNewCommandAlone() async throws {
    try await Self.withDesk { desk, views in
      desk.resize(TerminalSize(rows: 5, columns: 30))
      desk.take(Self.job(1), .began)
      for number in 1...500 { desk.take(Self.job(1), .printed(Array("one \(number)\r\n".utf8))) }
      var view = await views.first { $0.rows.last?.text == "one 500" }
      #expect(view?.rows.map(\.text) == (1...500).map { "one \($0)" })
      #expect(view?.job == Self.job(1))

      desk.take(Self.job(1), .printed(Array("late".utf8)))
      desk.take(Self.job(2), .began)
      desk.take(Self.job(2), .printed(Array("two".utf8)))
      view = await views.first { $0.job == Self.job(2) && !$0.rows.isEmpty }
      #expect(view?.rows.map(\.text) == ["two"])
      desk.resize(TerminalSize(rows: 5, columns: 20))
      desk.take(Self.job(2), .printed(Array(" and a word on the next row".utf8)))
      view = await views.first { $0.rows.count == 2 }
      #expect(view?.rows.map(\.text) == ["two and a word on th", "e next row"])
    }
  }

  @Test func withoutAPaneNothingIsDrawnAndNothingIsLost() async throws {
    try await Self.withDesk { desk, views in
      desk.take(Self.job(1), .began)
      desk.take(Self.job(1), .printed(Array("said before anybody looked".utf8)))
      desk.resize(TerminalSize(rows: 5, columns: 40))
      var reading = views.makeAsyncIterator()
      #expect(await reading.next()?.rows.map(\.text) == ["said before anybody looked"])
    }
  }

  @Test func whatIsHeardIsShownWhenItIsDrawn() {
    var heard = HeardOutput()
    var isShown: [Bool] = []
    func take(_ attempt: Int, _ news: HostNews) {
      isShown.append(heard.take(Self.job(attempt), news, at: Instant(nanoseconds: 0)))
    }
    let view = OutputDesk.View(job: Self.job(1), rows: [OutputRow([.init("b", columns: 1)])], rowsGone: 7)

    // Faces without a pane see each piece as it comes.
    take(1, .began)
    take(1, .printed(Array("a\n".utf8)))
    #expect(isShown == [true, true])
    #expect(heard.shown(nil)?.lines == ["a"])

    heard.pane = .standard
    take(1, .printed(Array("b\n".utf8)))
    isShown.append(heard.take(view))
    #expect(isShown.suffix(2) == [false, true])
    #expect(heard.shown(nil)?.rows == view.rows && heard.shown(nil)?.rowsGone == 7)

    take(1, .ended(HostResult(kind: .exited(0), outputPath: "out", outputLength: 4, tail: [])))
    #expect(isShown.last == true)
    #expect(heard.shown(nil)?.status == "exit 0" && heard.shown(nil)?.rows == view.rows)

    take(2, .began)
    #expect(heard.shown(nil)?.rows.isEmpty == true && heard.shown(nil)?.rowsGone == 0)
    isShown.append(heard.take(view))
    #expect(isShown.suffix(2) == [true, false])
    #expect(heard.shown(nil)?.rows.isEmpty == true)
  }

  /// What may be a question: a line without an end, and when it was last heard of.
  @Test func anUnfinishedLineAndTheTimeOfIt() {
    var heard = HeardOutput()
    func take(_ text: String, _ second: Int64) -> CommandOutput? {
      _ = heard.take(Self.job(1), .printed(Array(text.utf8)), at: Instant(nanoseconds: second * 1_000_000_000))
      return heard.shown(nil)
    }
    let seconds = { (count: Int64) in Instant(nanoseconds: count * 1_000_000_000) }
    var output = take("unpacking\r\n", 10)
    #expect(output?.isUnfinished == false && output?.seemsToWait(at: seconds(60)) == nil)
    output = take("overwrite it? \u{1B}[0m", 20)
    #expect(output?.isUnfinished == true && output?.heardAt == seconds(20))
    #expect(output?.seemsToWait(at: seconds(24)) == nil)
    #expect(output?.seemsToWait(at: seconds(25)) == .seconds(5))
    _ = heard.take(
      Self.job(1), .ended(HostResult(kind: .exited(0), outputPath: "", outputLength: 0, tail: [])), at: seconds(30))
    #expect(heard.shown(nil)?.seemsToWait(at: seconds(60)) == nil)
    #expect(heard.shown(nil)?.id == Self.job(1).id)
  }

  @Test func theLastLinesOfVeryMany() {
    var tail = OutputTail()
    func lines() -> [String] { tail.output { _ in "" }?.lines ?? [] }
    tail.take(Self.job(1), .printed(Array("one\r\n\ntwo\nthr".utf8)))
    #expect(lines() == ["one", "", "two", "thr"])
    tail.take(Self.job(1), .printed(Array("ee\n".utf8)))
    #expect(lines() == ["one", "", "two", "three"])
    let many = (1...100_000).map { "line \($0)\r\n" }.joined() + "and"
    tail.take(Self.job(1), .printed(Array(many.utf8)))
    #expect(lines() == (99_801...100_000).map { "line \($0)" } + ["and"])
  }

  @Test func messagesToAHolderMayComeInPieces() {
    let messages: [HoldMessage] = [
      .resize(TerminalSize(rows: 14, columns: 76)), .input([UInt8(ascii: "y"), 13]), .resize(.standard),
      .input(Array(repeating: 7, count: HoldMessage.mostInput)),
    ]
    var bytes: [UInt8] = []
    var heard: [HoldMessage] = []
    for byte in messages.flatMap(\.bytes) {
      bytes.append(byte)
      heard += HoldMessage.take(from: &bytes)
    }
    #expect(heard == messages && bytes.isEmpty)
    // What a newer wizard says is passed over, and what follows is understood.
    bytes = [UInt8(ascii: "?"), 0, 2, 1, 2] + messages[0].bytes
    #expect(HoldMessage.take(from: &bytes) == [messages[0]])
    // More than fits is never said, and never taken.
    bytes = HoldMessage.input(Array(repeating: 7, count: HoldMessage.mostInput + 1)).bytes
    #expect(HoldMessage.take(from: &bytes) == [messages[3]] && bytes.isEmpty)
    bytes = [UInt8(ascii: "I"), 0x10, 0x01] + Array(repeating: 7, count: 0x1001) + messages[0].bytes
    #expect(HoldMessage.take(from: &bytes) == [messages[0]])
  }
}
