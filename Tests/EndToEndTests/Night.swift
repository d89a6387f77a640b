// One night: a real cluster, the real program as a child process, and everything gone afterwards.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

/// The wizard's own program, as it was built beside these tests.
enum Wizard {
  static let path: String = {
    let bundle = (try? Files.readLink("/proc/self/exe")) ?? ""
    // The tests run inside a bundle beside which SwiftPM puts the products.
    let folders = [Files.directory(of: bundle), Files.directory(of: CommandLine.arguments[0])]
    return folders.map { $0 + "/redis-upgrade" }.first(where: Files.exists) ?? "redis-upgrade"
  }()

  /// Every question that may be answered beforehand, answered with yes.
  static let yes = QuestionKind.allCases.flatMap { ["--answer", "\($0.rawValue)=yes"] }
}

/// What a child said and how it ended.
struct Said {
  var code: Int32
  var output: String
  var errors: String
}

/// A deployment of its own for one test.
struct Night {
  let loop: EventLoop
  let folder: String
  let lab: RunningLab

  var state: String { "\(folder)/state" }
  var proof: ClusterProof { ClusterProof(lab.addresses, login: login, on: loop) }
  /// Plain, or with the certificates of a lab that speaks TLS.
  let login: ForeignLogin
  var target: String { lab.target }
  var profile: [String] { ["--profile", lab.profilePath, "--state-dir", state] + lab.connectionFlags }

  /// What goes on with a run that was cut off, with every answer that may be given beforehand.
  var goOn: [String] { ["resume", "--plain", "--state-dir", state] + Wizard.yes }

  /// What begins, or goes on: a wizard that was killed before its first record leaves nothing to resume.
  func next(after begin: [String]) throws -> [String] {
    try RunCatalogue(state).runs().first?.read().isUnstarted == false ? goOn : begin
  }

  /// Kills the wizard with kill -9 whenever so many records stand in its journal, and goes on in between.
  ///
  /// - Parameters:
  ///   - delay: from the record into the middle of what it is about.
  ///   - begin: the words of the first wizard.
  func isKilled(
    at counts: [Int], after delay: Duration = .zero, begin: [String], _ location: SourceLocation = #_sourceLocation
  ) async throws {
    for count in counts {
      let wizard = try start(next(after: begin))
      try await awaitRecords(count, of: wizard)
      if delay > .zero { try await loop.sleep(for: delay) }
      _ = try wizard.send(.kill)
      let status = await wizard.exit()
      #expect(status == .signalled(9), "\(counts): over before it could be killed", sourceLocation: location)
    }
  }

  /// Runs the program to its end.
  func run(_ words: [String], within bound: Duration = .seconds(240)) async throws -> Said {
    try await Night.run(words, folder: folder, on: loop, within: bound)
  }

  static func run(
    _ words: [String], folder: String, on loop: EventLoop, within bound: Duration = .seconds(240),
    environment: [String: String?] = [:]
  ) async throws -> Said {
    let changes: [String: String?] = ["HOME": folder, "XDG_CONFIG_HOME": "\(folder)/config", "TERM": "dumb"]
    // Into files, so that what a program that hangs has said until then is there to be read.
    let name = (0..<8).map { _ in String("abcdefghijklmnopqrstuvwxyz".randomElement() ?? "x") }.joined()
    let (output, errors) = ("\(folder)/said-\(name).out", "\(folder)/said-\(name).err")
    let script = "out=$1 err=$2; shift 2; exec \"$@\" >\"$out\" 2>\"$err\""
    let command = ChildCommand(
      "/bin/sh", ["-c", script, "sh", output, errors, Wizard.path] + words,
      environment: .changed(changes.merging(environment) { $1 }))
    func said(_ code: Int32, _ remark: String = "") throws -> Said {
      Said(
        code: code, output: String(decoding: try Files.read(output, limit: 4 << 20), as: UTF8.self),
        errors: String(decoding: try Files.read(errors, limit: 4 << 20), as: UTF8.self) + remark)
    }
    let outcome: ChildOutcome
    do throws(SystemError) {
      outcome = try await ChildProcess.run(command, on: loop, within: bound)
    } catch {
      let last = (try? said(-1).output.suffix(2000)) ?? ""
      Issue.record("it did not end within \(bound); the last that it said: \(last)")
      throw error
    }
    guard case .exited(let code) = outcome.status else { return try said(-1, "\(outcome.status)") }
    return try said(code)
  }

  /// The journal of the only run.
  func journal() throws -> JournalReading {
    let runs = try RunCatalogue(state).runs()
    #expect(runs.count == 1)
    return try #require(runs.first).read()
  }
}

/// Makes a deployment, does something with it, and takes it away, also when that failed.
func withNight(
  _ request: TrainingLab.LabRequest, _ body: @escaping @Sendable (Night) async throws -> Void
) async throws {
  let loop = try EventLoop(name: "night")
  defer { loop.stop() }
  let name = (0..<8).map { _ in String("abcdefghijklmnopqrstuvwxyz".randomElement() ?? "x") }.joined()
  let folder = "/tmp/redis-upgrade-test-\(name)"
  try Files.makeDirectories(folder)
  defer { try? Files.removeTree(folder) }
  var request = request
  request.directory = "\(folder)/lab"
  let wanted = request
  let outcome: Result<Void, any Error> = await Task(executorPreference: loop) {
    do {
      let lab = try await Lab(on: loop).up(wanted)
      let result: Result<Void, any Error>
      do {
        try await body(Night(loop: loop, folder: folder, lab: lab, login: try lab.login()))
        result = .success(())
      } catch {
        result = .failure(error)
      }
      try await lab.down()
      return result
    } catch {
      return .failure(error)
    }
  }.value
  try outcome.get()
}

extension Release {
  static let redis60 = Release(.redis, Version(6, 0, 16))
  static let redis62 = Release(.redis, Version(6, 2, 14))
  static let redis70 = Release(.redis, Version(7, 0, 15))
  static let redis80 = Release(.redis, Version(8, 0, 2))
  static let valkey81 = Release(.valkey, Version(8, 1, 1))
}
