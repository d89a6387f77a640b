// The password prompt on a real pseudo-terminal, and the precautions of a process that holds secrets.

import CSystem
import Glibc
import Synchronization
import Testing

@testable import SystemIO

/// A pseudo-terminal whose other end a test holds.
private final class TestTerminal: Sendable {
  let master: Descriptor
  /// Held open, so that the terminal does not hang up between two openings.
  let slave: Descriptor
  let path: String

  init() throws {
    var name = [CChar](repeating: 0, count: 128)
    master = Descriptor(try checked(unsafe csystem_open_pty(24, 80, &name, name.count), "open", "a terminal"))
    path = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let file = path
    slave = Descriptor(try systemCall("open", path) { unsafe open(file, O_RDWR | O_NOCTTY) })
  }

  var echoes: Bool {
    var modes = termios()
    return unsafe tcgetattr(slave.number, &modes) == 0 && modes.c_lflag & tcflag_t(ECHO) != 0
  }

  func type(_ text: String) throws {
    try Files.write(bytes(text), to: master.number, path: path)
  }

  /// What the terminal shows, up to and including `ending`; what came until the bound where that never comes.
  func shown(until ending: String) throws -> String {
    var shown: [UInt8] = []
    let deadline = MonotonicTime.now + patience
    // In bytes: to Swift a return and a line feed are one character.
    while shown.suffix(ending.utf8.count) != bytes(ending)[...], .now < deadline {
      guard try waitReadable([master.number], within: .milliseconds(200))[0].contains(.readable) else { continue }
      var piece = [UInt8](repeating: 0, count: 256)
      let count = unsafe read(master.number, &piece, piece.count)
      if count > 0 { shown += piece.prefix(count) }
    }
    return string(shown)
  }
}

@Suite struct HiddenPromptTests {
  /// Asks on a thread of its own, types when the question stands there, and answers what came of it.
  private func ask(typing keys: String) throws -> (answer: HiddenPrompt.Answer?, shown: String) {
    let terminal = try TestTerminal()
    // Its echo says that it has arrived: a pseudo-terminal passes keys on in its own time.
    try terminal.type("typed ahead\n")
    let ahead = try terminal.shown(until: "\n")
    #expect(ahead == "typed ahead\r\n")
    let outcome = Outcome()
    let thread = try SystemThread(name: "asks") {
      outcome.set(try? HiddenPrompt.ask("Password: ", on: terminal.path))
    }
    var shown = try terminal.shown(until: "Password: ")
    #expect(!terminal.echoes)
    try terminal.type(keys)
    thread.join()
    #expect(terminal.echoes)
    if outcome.answer != .ended { shown += try terminal.shown(until: "\n") }
    return (outcome.answer, shown)
  }

  private final class Outcome: Sendable {
    private let box = Mutex<HiddenPrompt.Answer?>(nil)
    var answer: HiddenPrompt.Answer? { box.withLock { $0 } }
    func set(_ answer: HiddenPrompt.Answer?) { box.withLock { $0 = answer } }
  }

  @Test(arguments: [
    ("hunter2\r", HiddenPrompt.Answer.line(bytes("hunter2"))),
    ("hunter2\n", .line(bytes("hunter2"))),
    ("\r", .line([])),
    ("é\u{7f}x\u{8}y\r", .line(bytes("y"))),
    ("wrong\u{15}right\r", .line(bytes("right"))),
    ("a\tb\u{1b}c\r", .line(bytes("abc"))),
    ("\u{7f}a\r", .line(bytes("a"))),
    ("\u{4}", .ended),
    ("a\u{4}b\r", .line(bytes("ab"))),
    ("half\u{3}", .interrupted(.interrupt)),
    (String(repeating: "x", count: HiddenPrompt.longest) + "\r", .line([UInt8](repeating: 120, count: 1024))),
    (String(repeating: "x", count: HiddenPrompt.longest + 1), .tooLong),
  ])
  func linesAreReadWithoutEcho(keys: String, expected: HiddenPrompt.Answer) throws {
    let (answer, shown) = try ask(typing: keys)
    #expect(answer == expected)
    #expect(shown == "Password: " + (expected == .ended ? "" : "\r\n"))
  }

  /// Nobody waits for the answer any more: the terminal is as it was, and what was typed is gone.
  @Test func aQuestionIsTakenBack() throws {
    let terminal = try TestTerminal()
    let outcome = Outcome()
    let stop = try WakeUp()
    let thread = try SystemThread(name: "asks") {
      outcome.set(try? HiddenPrompt.ask("Password: ", on: terminal.path, stop: stop))
    }
    _ = try terminal.shown(until: "Password: ")
    try terminal.type("half")
    stop.signal()
    thread.join()
    #expect(outcome.answer == .ended && terminal.echoes)
  }

  @Test func whatIsNoSecretIsShown() throws {
    let terminal = try TestTerminal()
    let outcome = Outcome()
    let thread = try SystemThread(name: "asks") {
      outcome.set(try? HiddenPrompt.ask("Sure? ", on: terminal.path, isShown: true))
    }
    _ = try terminal.shown(until: "Sure? ")
    #expect(terminal.echoes)
    try terminal.type("yex\u{7f}s\n")
    thread.join()
    #expect(outcome.answer == .line(bytes("yes")))
  }

  /// Two readers on one terminal: what is typed for the one never reaches the other.
  @Test func aShutGateKeepsLinesAway() async throws {
    let terminal = try TestTerminal()
    let slave = unsafe open(terminal.path, O_RDWR | O_NOCTTY)
    defer { close(slave) }
    let gate = try LineGate()
    var lines = try LineInput.lines(of: slave, gate: gate).makeAsyncIterator()
    try terminal.type("one\n")
    #expect(await lines.next() == "one")
    gate.close()
    let outcome = Outcome()
    let thread = try SystemThread(name: "asks") {
      outcome.set(try? HiddenPrompt.ask("Password: ", on: terminal.path))
    }
    _ = try terminal.shown(until: "Password: ")
    try terminal.type("hunter2\n")
    thread.join()
    #expect(outcome.answer == .line(bytes("hunter2")))
    gate.open()
    try terminal.type("two\n")
    #expect(await lines.next() == "two")
  }

  @Test(arguments: [
    ("/nowhere", "cannot ask on the terminal /nowhere: no such file or directory (ENOENT)"),
    ("/dev/null", "cannot read the modes of /dev/null: inappropriate ioctl for device (ENOTTY)"),
  ])
  func whatIsNoTerminalIsASentence(path: String, said: String) {
    do throws(SystemError) {
      _ = try HiddenPrompt.ask("Password: ", on: path)
      Issue.record("\(path) was asked")
    } catch {
      #expect(error.description == said)
    }
  }
}

@Suite struct HiddenTextTests {
  @Test func itIsTypedTakenBackAndTakenOnce() {
    let text = HiddenText()
    for scalar in "aé\u{1F600}x".unicodeScalars { #expect(text.append(scalar)) }
    #expect(text.count == 4)
    text.removeLast()
    text.removeLast()
    #expect(text.count == 2)
    #expect(text.take() == bytes("aé"))
    #expect(text.take() == [] && text.count == 0)
    text.removeLast()
    text.append("b")
    text.clear()
    #expect(text.take() == [])
  }

  @Test func itIsNeverShownAndNeverGrows() {
    var line = bytes("hunter2")
    let text = HiddenText(taking: &line)
    #expect(line.isEmpty)
    #expect("\(text)" == "(hidden)" && String(reflecting: text).contains("hunter2") == false)
    while text.append("x") {}
    #expect(text.count == HiddenText.longest && text.take().count == HiddenText.longest)
  }
}

@Suite struct SecrecyTests {
  // In a process of their own: the environment and the memory of this one belong to all tests.

  @Test func aVariableIsTakenOutForChildrenToo() async {
    await #expect(processExitsWith: .success) { try takeAVariable() }
  }

  @Test func coreFilesAreForbiddenForThisProcessAlone() async {
    await #expect(processExitsWith: .success) { try forbidCoreFiles() }
  }
}

private func takeAVariable() throws {
  let name = "SYSTEMIO_SECRET"
  unsafe setenv(name, "hunter2", 1)
  let place = unsafe getenv(name)
  #expect(ChildEnvironment.inherited.variables[name] == "hunter2")
  let taken = try Secrecy.takeVariable(name)
  #expect(taken == bytes("hunter2"))
  #expect(ChildEnvironment.inherited.variables[name] == nil)
  let again = try Secrecy.takeVariable(name)
  #expect(again == nil)
  // Where the kernel would still show it there is nothing left to show.
  let left = unsafe UnsafeBufferPointer(start: place, count: 7).filter { $0 != 0 }
  #expect(left.isEmpty)
}

private func forbidCoreFiles() throws {
  let limit = coreLimit()
  #expect(!Secrecy.coreFilesAreForbidden)
  try Secrecy.forbidCoreFiles()
  #expect(Secrecy.coreFilesAreForbidden)
  // What children inherit is untouched.
  #expect(coreLimit() == limit)
}

private func coreLimit() -> UInt {
  var limit = rlimit()
  unsafe getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
  return limit.rlim_cur
}
