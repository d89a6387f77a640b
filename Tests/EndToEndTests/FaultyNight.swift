// A night on which things go wrong: the lab's own profile with a place for a fault in each command.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

/// A node of a lab, by its place: three primaries, then their replicas.
enum Place {
  static let primary1 = 0
  static let primary2 = 1
  static let primary3 = 2
  static let replica1 = 3
  static let replica2 = 4
  static let replica3 = 5
}

/// A deployment whose profile can be made to fail, node by node and command by command, while a run goes on.
struct FaultyNight {
  let night: Night
  /// What the run is to bring the nodes to.
  let to: Release
  let profilePath: String

  private var faults: String { "\(night.folder)/faults" }
  var loop: EventLoop { night.loop }
  var lab: RunningLab { night.lab }

  /// `isFull`: with a command for every moment of a node's upgrade, also those that the lab's profile leaves out;
  /// `reach`: the lines of the profile that say how its host is reached.
  init(
    _ night: Night, to: Release = .redis70, isFull: Bool = false, reach: [String] = ["reach: local"]
  ) throws {
    self.night = night
    self.to = to
    // Beside the lab's record, so that it still counts as a lab.
    profilePath = "\(night.lab.directory)/faulty.yaml"
    try Files.makeDirectories(faults)
    let text = String(decoding: try Files.read(night.lab.profilePath), as: UTF8.self)
    var lines: [String] = []
    for line in text.split(separator: "\n") {
      if line == "reach: local" {
        lines += reach
        continue
      }
      guard let colon = line.firstRange(of: ": '"), line.hasPrefix("  ") else {
        lines.append(String(line))
        continue
      }
      let stage = line[..<colon.lowerBound].drop { $0 == " " }
      let command = line[colon.upperBound...].replacing("redis.conf", with: "redis.conf $options").dropLast()
      lines.append(profileLine(String(stage), String(command)))
    }
    if isFull {
      let wait = "for try in $(seq 1000); do kill -0 {pid} 2>/dev/null || exit 0; sleep 0.01; done; exit 1"
      lines.append(profileLine("stop", "kill {pid}; \(wait)"))
      lines += ["hooks:", profileLine("before_node", "echo before"), profileLine("after_node", "echo after")]
    }
    try Files.writeAtomically(profilePath, Array((lines.joined(separator: "\n") + "\n").utf8))
  }

  private func profileLine(_ stage: String, _ command: String) -> String {
    let fault = "options=; fault=\(faults)/\(stage)-{port}; if test -e \"$fault\"; then . \"$fault\"; fi; "
    // A server that does not come up is not waited for longer than a test has time.
    return "  \(stage): { run: '\(fault)\(command)', bound: \(stage == "start" ? 5 : 60) }"
  }

  /// What begins a run without a person, all questions answered.
  func run() -> [String] { begin + Wizard.yes }

  /// What begins a run without a person, some questions answered otherwise.
  func run(answering other: [QuestionKind: String]) -> [String] {
    begin + QuestionKind.allCases.flatMap { ["--answer", "\($0.rawValue)=\(other[$0] ?? "yes")"] }
  }

  /// What begins a run in which somebody else answers some of the questions.
  func run(askedFor open: Set<QuestionKind>) -> [String] {
    begin + QuestionKind.allCases.filter { !open.contains($0) }.flatMap { ["--answer", "\($0.rawValue)=yes"] }
  }

  private var begin: [String] {
    [night.target, "--to", to.description, "--plain", "--settle", "0", "--profile", profilePath]
      + ["--state-dir", night.state] + lab.connectionFlags
  }

  func resume() -> [String] { resumeOnScreen() + ["--plain"] }
  func resumeOnScreen() -> [String] { ["resume", "--state-dir", night.state] + Wizard.yes }

  // MARK: - Faults

  /// Puts a piece of shell before a stage's command on one node; it may `exit` in its place, or set `options` for the
  /// server.
  func put(_ shell: String, before stage: String, on place: Int) throws {
    try Files.writeAtomically("\(faults)/\(stage)-\(lab.nodes[place].port)", Array((shell + "\n").utf8))
  }

  /// A stage's command on one node says that it begins, and goes on once it is let.
  func hold(_ stage: String, on place: Int) throws {
    let file = "\(faults)/\(stage)-\(lab.nodes[place].port)"
    try put(
      """
      echo "the \(stage) begins"; : > \(file).reached
      for try in $(seq 6000); do test -e \(file).go && break; sleep 0.01; done
      echo "the \(stage) goes on"
      """, before: stage, on: place)
  }

  func isHeld(_ stage: String, on place: Int) -> Bool {
    Files.exists("\(faults)/\(stage)-\(lab.nodes[place].port).reached")
  }

  func letGo(_ stage: String, on place: Int) throws {
    try Files.writeAtomically("\(faults)/\(stage)-\(lab.nodes[place].port).go", [])
  }

  /// The fault is mended.
  func mend(_ stage: String, on place: Int) throws {
    _ = try Files.remove("\(faults)/\(stage)-\(lab.nodes[place].port)")
  }

  /// What a foreigner does on a host: stops a node as it is, gives it a file of this run's backup, and starts it.
  func restart(_ place: Int, with file: String) async throws {
    let processes = lab.processes(of: lab.nodes[place])
    do { try await send(["SHUTDOWN", "NOSAVE"], to: place) } catch is ClientError {}
    for process in processes {
      #expect(try await process.end(on: loop, within: .seconds(10)))
    }
    let run = try #require(try RunCatalogue(night.state).runs().first)
    let address = lab.nodes[place].address
    let target = "\(directory(place))/\(file)"
    _ = try Files.remove(target)
    try Files.copy("\(run.backup)/\(address.host)-\(address.port)/\(file)", to: target)
    let command = LabProfile.startCommand(in: LabProfile.shellQuoted(directory(place)))
    let outcome = try await ChildProcess.run(.shell(command), on: loop, within: .seconds(10))
    #expect(outcome.status == .exited(0))
  }

  /// What a foreigner does: makes a replica primary, and waits until it is.
  func failOver(to place: Int) async throws {
    #expect(try await send(["CLUSTER", "FAILOVER"], to: place) == ["OK"])
    try await wait(for: "the foreign hand-over") { try await send(["ROLE"], to: place).first == "master" }
  }

  func address(_ place: Int) -> String { lab.nodes[place].address.description }
  func directory(_ place: Int) -> String { lab.record.directory(of: lab.nodes[place]) }

  /// One command for one node, as a foreigner would send it; the reply's words, one where it is no list.
  @discardableResult
  func send(_ words: [String], to place: Int) async throws -> [String] {
    let client = client(lab.nodes[place].address.endpoint, ClientOptions(preferRESP3: false))
    do {
      let reply = try await client.send(Command(words: words))
      await client.close()
      return reply.text.map { [$0] } ?? reply.map { $0.text ?? "" }
    } catch {
      await client.close()
      throw error
    }
  }

  /// As a foreigner connects: plainly, or as the lab's servers want it.
  private func client(_ endpoint: Endpoint, _ options: ClientOptions) -> Client {
    guard let tls = night.login.tls else { return Client(endpoint: endpoint, on: loop, options: options) }
    let loop = loop
    return Client(
      label: endpoint.description,
      connect: { () async throws(TransportError) -> any Transport in
        try await TLSTransport.connect(to: endpoint, tls, on: loop, within: options.connectTimeout) { _ in }
      },
      options: options, timekeeper: LoopTimekeeper(loop), executor: loop)
  }

  /// Waits until something is so, within a bound.
  func wait(
    for what: String, within bound: Duration = .seconds(30), _ location: SourceLocation = #_sourceLocation,
    until isSo: () async throws -> Bool
  ) async throws {
    let deadline = loop.now + bound
    while try await !isSo() {
      guard loop.now < deadline else {
        Issue.record("waited in vain for \(what)", sourceLocation: location)
        throw Person.WaitedInVain(description: what)
      }
      try await loop.sleep(for: .milliseconds(10))
    }
  }

  // MARK: - What is true

  /// Which shards take a write and give it back, asked as a client asks: any node, then where it sends us.
  func shardsServed() async throws -> Set<String> {
    var served: Set<String> = []
    let third = SlotSet.count / 3
    for shard in 0..<3 {
      let slots = SlotSet([(shard * third + 2)...((shard + 1) * third - 2)])
      let key = "{\(KeySlot.tag(in: slots) ?? "")}served"
      for place in lab.nodes.indices {
        let port = lab.nodes[place].port
        guard try await follow(["SET", key, "written-\(port)"], key, from: place) == "OK",
          try await follow(["GET", key], key, from: place) == "written-\(port)"
        else { continue }
        served.insert("s\(shard + 1)")
        break
      }
    }
    return served
  }

  private func follow(_ words: [String], _ key: String, from place: Int) async throws -> String? {
    var endpoint = lab.nodes[place].address.endpoint
    for _ in 0..<3 {
      let client = client(
        endpoint, ClientOptions(preferRESP3: false, connectTimeout: .seconds(1), commandTimeout: .seconds(2)))
      let reply: Reply
      do {
        reply = try await client.send(Command(words: words))
        await client.close()
        return reply.text
      } catch ClientError.server(let error) where error.code == "MOVED" {
        await client.close()
        let parts = error.message.split(separator: " ").last?.split(separator: ":") ?? []
        guard parts.count == 2, let port = Int(parts[1]) else { return nil }
        endpoint = .tcp(host: String(parts[0]), port: port)
      } catch {
        await client.close()
        return nil
      }
    }
    return nil
  }

  /// How many nodes run the release.
  func count(on release: Release) async throws -> Int {
    try await night.proof.releases().values.count { $0 == release }
  }

  /// The end of every story: all six on the target, replicas hold what their primaries hold, nothing left behind.
  func expectDone(_ said: Said, _ location: SourceLocation = #_sourceLocation) async throws {
    #expect(said.code == 0, "\(said.output.suffix(3000)) \(said.errors)", sourceLocation: location)
    #expect(try await count(on: to) == 6, sourceLocation: location)
    #expect(try await night.proof.keys().allSatisfy(\.areEqual), sourceLocation: location)
    let state = try night.journal().state
    #expect(state.ended?.kind == .done, sourceLocation: location)
    #expect(state.facts.openLedger.isEmpty, sourceLocation: location)
  }

  /// A stop: its code, the words that must be there, and who is served.
  func expectStopped(
    _ said: Said, code: Int32, says texts: [String], serving shards: Set<String> = ["s1", "s2", "s3"],
    _ location: SourceLocation = #_sourceLocation
  ) async throws {
    #expect(said.code == code, "\(said.output.suffix(3000)) \(said.errors)", sourceLocation: location)
    for text in texts {
      #expect(said.output.contains(text), "\(text) is not in \(said.output.suffix(3000))", sourceLocation: location)
    }
    #expect(try await shardsServed().isSuperset(of: shards), sourceLocation: location)
  }
}

/// Makes a cluster of 6.2.14 with 200 keys a shard on which faults can be put, and takes it away afterwards.
func withFaultyNight(
  isFull: Bool = false, _ shape: (inout TrainingLab.LabRequest) -> Void = { _ in },
  _ body: @escaping @Sendable (FaultyNight) async throws -> Void
) async throws {
  var request = TrainingLab.LabRequest(from: .redis62, to: .redis70)
  request.keysPerShard = 200
  shape(&request)
  let to = request.to ?? .redis70
  try await withNight(request) { try await body(FaultyNight($0, to: to, isFull: isFull)) }
}
