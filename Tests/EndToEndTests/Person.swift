// Somebody at a terminal in front of the plain face: reads what is printed, and types.

import SystemIO
import Testing

/// A person who reads before answering; only the program that it was given is ended by it.
final class Person {
  private let child: ChildProcess
  private let loop: EventLoop
  /// Everything that was printed, line ends as on a terminal.
  private(set) var heard = ""
  /// How much of it has been looked at.
  private var seen = 0

  struct WaitedInVain: Error, CustomStringConvertible {
    let description: String
  }

  init(_ words: [String], folder: String, environment: [String: String?] = [:], on loop: EventLoop) throws {
    self.loop = loop
    let changes: [String: String?] = ["HOME": folder, "XDG_CONFIG_HOME": "\(folder)/config", "TERM": "xterm"]
    child = try ChildProcess.spawn(
      ChildCommand(Wizard.path, words, environment: .changed(changes.merging(environment) { $1 })),
      streams: .terminal(rows: 24, columns: 200), on: loop)
  }

  var programID: Int32 { child.pid }

  /// Somebody sends the program a signal; how it ends of it. All that it prints until then is read.
  func isStruck(by signal: Signal, within bound: Duration = .seconds(60)) async throws -> SystemIO.ExitStatus? {
    _ = try child.send(signal)
    let deadline = loop.now + bound
    while let bytes = try? await child.read(upTo: 1 << 16, within: deadline - loop.now), !bytes.isEmpty {
      heard += String(decoding: bytes, as: UTF8.self)
    }
    return await child.exit(within: .seconds(10))
  }

  /// Reads on until a text stands there that was not looked at before, and answers all that was printed up to it.
  @discardableResult
  func reads(
    _ text: String, within bound: Duration = .seconds(90), _ location: SourceLocation = #_sourceLocation
  ) async throws -> String {
    let deadline = loop.now + bound
    while true {
      let rest = heard.utf8.dropFirst(seen)
      if let found = rest.firstRange(of: Array(text.utf8)) {
        let passage = String(decoding: rest[..<found.upperBound], as: UTF8.self)
        seen = heard.utf8.distance(from: heard.utf8.startIndex, to: found.upperBound)
        return passage
      }
      let left = deadline - loop.now
      let bytes = left > .zero ? try? await child.read(upTo: 1 << 16, within: left) : nil
      guard let bytes, !bytes.isEmpty else {
        let why = "waited in vain for \"\(text)\"; the last that stood there: \(heard.suffix(2000))"
        Issue.record("\(why)", sourceLocation: location)
        throw WaitedInVain(description: why)
      }
      heard += String(decoding: bytes, as: UTF8.self).filter { $0 != "\r" }
    }
  }

  /// Types an answer to the prompt that was read last; what comes sooner than it could be read is no answer.
  func types(_ line: String) async throws {
    try await loop.sleep(for: .milliseconds(600))
    try await child.write(Array((line + "\n").utf8))
  }

  /// Answers a question by its name: waits for it, and types what it asks for.
  func answers(
    _ question: String, _ word: String = "yes", _ location: SourceLocation = #_sourceLocation
  ) async throws {
    try await reads("Question \(question):", location)
    try await reads(" or pause: ", location)
    try await types(word)
  }

  /// Waits for a problem by its name, and answers all that was said about it.
  func meets(
    _ problem: String, within bound: Duration = .seconds(90), _ location: SourceLocation = #_sourceLocation
  ) async throws -> String {
    try await reads("STOPPED \(problem) on ", within: bound, location)
    let said = try await reads("Problem \(problem): type the number or the name of a choice: ", location)
    return said
  }

  /// Chooses what to do about a problem.
  func chooses(_ choice: String, _ location: SourceLocation = #_sourceLocation) async throws {
    try await types(choice)
    try await reads("chosen: \(choice)", location)
  }

  /// Reads on to the end; the code with which the program ended.
  func end(within bound: Duration = .seconds(120)) async throws -> Said {
    let deadline = loop.now + bound
    while loop.now < deadline {
      guard let bytes = try? await child.read(upTo: 1 << 16, within: deadline - loop.now), !bytes.isEmpty else { break }
      heard += String(decoding: bytes, as: UTF8.self).filter { $0 != "\r" }
    }
    guard let status = await child.exit(within: .seconds(10)), case .exited(let code) = status else {
      return Said(code: -1, output: heard, errors: "it did not end")
    }
    return Said(code: code, output: heard, errors: "")
  }

  /// Ends the program where a test did not come to its end.
  func goesAway() async {
    if child.exitStatus == nil { _ = try? child.send(.kill) }
    _ = await child.exit()
  }
}

extension Night {
  /// Puts a person in front of the program; it is ended with the body, however that ends.
  func withPerson(
    _ words: [String], environment: [String: String?] = [:], _ body: (Person) async throws -> Void
  ) async throws {
    let person = try Person(words, folder: folder, environment: environment, on: loop)
    do {
      try await body(person)
    } catch {
      await person.goesAway()
      throw error
    }
    await person.goesAway()
  }
}
