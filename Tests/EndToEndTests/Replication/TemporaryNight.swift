// What nights with a temporary server have in common: where it is, how it is ended by somebody else, what is left.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

extension ReplicationNight {
  /// Away from the ports of labs, which begin at whole hundreds.
  static func temporaryPort(_ night: Night) -> Int { night.lab.nodes[0].port + 50 }

  var temporary: Address { Address(host: lab.addresses[0].host, port: Self.temporaryPort(night)) }
  var temporaryFolder: String {
    "\(lab.record.directory(of: lab.nodes[0]))/redis-upgrade-temporary-\(temporary.port)"
  }

  /// The words of a run without a person, but for the answers.
  var begin: [String] { [target, "--to", "8.0.2", "--plain", "--settle", "0"] + site }

  func answers(besides open: QuestionKind) -> [String] {
    QuestionKind.allCases.filter { $0 != open }.flatMap { ["--answer", "\($0.rawValue)=yes"] }
  }

  /// The process that the folder of the temporary server names; nil where there is none.
  private func temporaryProcess() throws -> Int32? {
    guard let bytes = try? Files.read("\(temporaryFolder)/process") else { return nil }
    return String(decoding: bytes, as: UTF8.self).split(separator: " ").first.flatMap { Int32($0) }
  }

  /// What a foreigner, or the kernel, does.
  func killTemporary() async throws {
    let process = try #require(try temporaryProcess())
    let outcome = try await ChildProcess.run(
      .shell("kill -9 \(process); while test -e /proc/\(process); do sleep 0.01; done"), on: loop, within: .seconds(10))
    #expect(outcome.status == .exited(0))
  }

  /// Neither a process nor a file.
  func nothingIsLeft() async throws {
    #expect(!Files.exists(temporaryFolder))
    await #expect(throws: (any Error).self) { _ = try await send(["PING"], to: temporary) }
  }

  /// A person takes the run up again, decides, and all else is answered beforehand.
  func goesOn(
    code: Int32 = 0, answers: [String] = Wizard.yes, _ location: SourceLocation = #_sourceLocation,
    _ body: (Person) async throws -> Void
  ) async throws {
    let words = ["resume", "--plain", "--state-dir", night.state] + answers
    try await night.withPerson(words) { person in
      try await body(person)
      let said = try await person.end(within: .seconds(60))
      #expect(said.code == code, "\(said.output.suffix(6000)) \(said.errors)", sourceLocation: location)
    }
  }
}

/// A single server whose profile asks for a temporary one; what is left of that is ended with the lab.
func withTemporary(
  _ request: TrainingLab.LabRequest, switches: Bool = false,
  _ body: @escaping @Sendable (ReplicationNight) async throws -> Void
) async throws {
  let lines: @Sendable (Night) -> String = { "temporary: { port: \(ReplicationNight.temporaryPort($0)) }\n" }
  let program: @Sendable (Night) throws -> String? = { night in
    "echo \(try SoftwareStore(on: night.loop).directory)/{product}-{version}/{product}-server"
  }
  try await withReplication(request, switches: switches, program: program, lines: lines) { night in
    do {
      try await body(night)
    } catch {
      try? await night.killTemporary()
      throw error
    }
  }
}
