// `train` by keys: what it started, straight to the checks, and at the end the servers go or stay as the person says.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(5))) struct TrainTests {
  @Test func aWholeNightAndTheServersAreEnded() async throws {
    try await withTraining { training in
      try await Console.with(training.words, columns: 80, rows: 24, on: training.loop) { console in
        let first = try await console.wait(for: "No check refuses the start")
        #expect(first.rows[0].contains("TRAINING - throw-away servers, nothing real is touched"), "\(first)")
        #expect(first.rail.contains("[1 Checks]"), "\(first)")
        let lab = try training.lab()
        let ports = lab.nodes.map(\.port)
        try await console.wait(
          for: "Started: 6 servers of Redis 6.2.14, ports \(ports[0])-\(ports[5]), and a writing client.")
        let writer = try #require(try training.writer(of: lab))
        try await console.press(">")
        #expect(try await console.walk() == everyQuestion(lab.addresses))
        #expect(writer.isAlive)
        try await console.press("q")

        let end = try await console.wait(for: "Type e (end) or k (keep):")
        #expect(end.contains("errors, 0 lost"), "\(end)")
        #expect(end.rows.contains { $0.hasPrefix("Writing client: ") && $0.contains(" 0 errors, 0 lost") }, "\(end)")
        #expect(!writer.isAlive)
        // Nothing but an answer is one.
        try await console.press("Enter")
        try await console.wait("the question once more") { picture in
          picture.rows.count { $0.contains("Type e (end) or k (keep):") } == 2
        }
        #expect(lab.processes.count == 6)
        try await console.type("e")
        try await console.press("Enter")
        #expect(try await console.exitCode() == 0)
        #expect(try await console.picture().contains("The servers are gone."))
        #expect(lab.processes.isEmpty)
      }
    }
  }

  /// Outside of a cluster, by keys: no upgrade mode where nothing has to be held, one hand-over.
  @Test func aReplicationByKeys() async throws {
    try await withTraining { training in
      let words = training.words.prefix(2) + ["replication"] + training.words.dropFirst(2)
      try await Console.with(Array(words), columns: 80, rows: 24, on: training.loop) { console in
        try await console.wait(for: "No check refuses the start")
        let nodes = try training.lab().addresses
        try await console.press(">")
        #expect(
          try await console.walk() == [
            "Start with this plan?", "Run a client probe?", "Stop \(nodes[3]) (replica of s1)?",
            "The first node is done. Go on with the others?", "Stop \(nodes[1]) (replica of s1)?",
            "Stop \(nodes[2]) (replica of s1)?", "All replicas are done. Begin with the hand-overs?",
            "Hand over s1 from \(nodes[0]) to \(nodes[1]) <no-return s1>",
            "Stop \(nodes[0]) (replica of s1) <no-return \(nodes[0])>",
          ])
        try await console.press("q")
        let end = try await console.wait(for: "Type e (end) or k (keep):")
        #expect(end.rows.contains { $0.hasPrefix("Writing client: ") && $0.contains(" 0 lost") }, "\(end)")
        try await console.type("e")
        try await console.press("Enter")
        #expect(try await console.exitCode() == 0)
      }
    }
  }

  @Test func leftInTheMiddleAndTheServersAreKept() async throws {
    try await withTraining { training in
      try await Console.with(training.words, columns: 120, rows: 40, on: training.loop) { console in
        try await ConsoleTests.passChecks(console)
        var last: Asked?
        while let asked = try await console.nextQuestion(after: last), !asked.text.hasPrefix("Stop") {
          try await console.agree(to: asked)
          last = asked
        }
        let lab = try training.lab()
        let writer = try #require(try training.writer(of: lab))
        try await console.press("q")
        let leave = try await console.wait("the question whether to leave") {
          $0.contains("Leave the wizard?") && $0.asked?.isArmed == true
            && $0.asked?.text.hasPrefix("Leave now?") == true
        }
        try await console.agree(to: try #require(leave.asked))
        let end = try await console.wait(for: "Type e (end) or k (keep):")
        #expect(
          end.contains("The run is not finished. Keep the servers to go on with it: redis-upgrade resume"), "\(end)")
        #expect(!writer.isAlive)
        try await console.type("k")
        try await console.press("Enter")
        #expect(try await console.exitCode() == 3)
        let command = "redis-upgrade lab down --dir \(training.directory)"
        #expect(try await console.picture().contains("The servers go on. End them with: \(command)"))
        #expect(lab.processes.count == 6)

        // The sentence is true.
        let down = try await Night.run(
          ["lab", "down", "--dir", training.directory], folder: training.folder, on: training.loop)
        #expect(down.code == 0, "\(down)")
        #expect(lab.processes.isEmpty)
      }
    }
  }
}

/// Where one call of `train` keeps its things.
private struct Training {
  let loop: EventLoop
  let folder: String
  var directory: String { "\(folder)/lab" }
  var words: [String] {
    [Wizard.path, "train", "--settle", "0", "--dir", directory, "--state-dir", "\(folder)/state"]
  }

  func lab() throws -> RunningLab { try Lab(on: loop).find(directory) }

  /// The process that writes to the lab: a program of its own.
  func writer(of lab: RunningLab) throws -> ProcessIdentity? {
    let words = ["lab", "write", lab.addresses.map(\.description).joined(separator: ",")]
    for pid in try Files.list("/proc").compactMap({ Int32($0) }) {
      guard let identity = try? ProcessIdentity(of: pid), let line = try? Files.read("/proc/\(pid)/cmdline") else {
        continue
      }
      let arguments = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      if Array(arguments.dropFirst().prefix(3)) == words { return identity }
    }
    return nil
  }
}

private func withTraining(_ body: @escaping @Sendable (Training) async throws -> Void) async throws {
  let loop = try EventLoop(name: "training")
  defer { loop.stop() }
  let name = (0..<8).map { _ in String("abcdefghijklmnopqrstuvwxyz".randomElement() ?? "x") }.joined()
  let training = Training(loop: loop, folder: "/tmp/redis-upgrade-test-\(name)")
  try Files.makeDirectories(training.folder)
  defer { try? Files.removeTree(training.folder) }
  let result: Result<Void, any Error> = await Task(executorPreference: loop) {
    let result: Result<Void, any Error>
    do {
      try await body(training)
      result = .success(())
    } catch {
      result = .failure(error)
    }
    // Also where the test failed in the middle.
    try? await training.lab().down()
    return result
  }.value
  try result.get()
}
