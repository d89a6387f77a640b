// Certificates go wrong in the middle of a run: it stops, says which and why, touches nobody else, and goes on.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(10))) struct TLSFaultTests {
  struct Fault: Sendable, CustomTestStringConvertible {
    var name: String
    /// The certificate that the node comes back with.
    var certificate: @Sendable (LabCertificates, EventLoop) async throws -> (file: String, key: String)
    /// What is said of the node.
    var says: @Sendable (String) -> String
    var testDescription: String { name }
  }

  private static let faults = [
    Fault(name: "expired") { certificates, loop in
      try await certificates.sign("old", from: "20200101000000Z", to: "20200201000000Z", on: loop)
      return (certificates.certificate("old"), certificates.key("old"))
    } says: {
      "the certificate of \($0) has expired (CN=old, ended 2020-02-01 00:00 UTC): renew it on that host, and have the "
        + "server take it over"
    },
    Fault(name: "of another authority") { certificates, loop in
      let (file, key) = (certificates.certificate("stranger"), certificates.key("stranger"))
      let outcome = try await ChildProcess.run(
        ChildCommand(
          "openssl",
          ["req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-subj", "/CN=stranger"]
            + ["-addext", "subjectAltName=\(LabCertificates.names)", "-keyout", key, "-out", file]), on: loop,
        within: .seconds(20))
      #expect(outcome.status.isSuccess)
      return (file, key)
    } says: {
      "the certificate of \($0) is signed by itself alone: if it is the right one, give it with --cacert FILE"
    },
  ]

  @Test(arguments: faults) func aNodeComesBackWithACertificate(_ fault: Fault) async throws {
    try await withFaultyNight({ $0 = TLSTests.request() }) { night in
      let replica = night.address(Place.replica1)
      let certificates = try #require(night.lab.certificates)
      let (file, key) = try await fault.certificate(certificates, night.loop)
      try night.put("options='--tls-cert-file \(file) --tls-key-file \(key)'", before: "start", on: Place.replica1)
      // At once: waiting would not mend it.
      let said = try await night.night.run(night.run())
      try await night.expectStopped(
        said, code: 3,
        says: [
          "STOPPED not-trusted on \(replica): \(replica) cannot be talked to: \(fault.says(replica)).",
          "at risk:  Shard s1 is served by \(night.address(Place.primary1)), which has no other replica: one more",
          "cause?    a guess: its certificate, or what its configuration says about TLS, is not what it was at the",
          "2 retry   Look again, once TLS with it comes about",
          "exit code if you leave now: 3 (stopped, resumable, every shard served)",
        ])
      let still = try await night.night.run(night.resume())
      #expect(still.code == 3 && still.output.contains(fault.says(replica)), "\(still.output.suffix(2000))")
      // Nobody else was touched.
      let attempts = try night.night.journal().state.attempts.keys.filter { $0.verb == .stop }
      #expect(attempts.map(\.object) == [.node(NodeID(night.lab.nodes[Place.replica1].name))])

      // Its host gets the right one back; the server that has the wrong one is ended by hand.
      try night.mend("start", on: Place.replica1)
      for process in night.lab.processes(of: night.lab.nodes[Place.replica1]) {
        _ = try process.send(.kill)
        _ = try await process.end(on: night.loop, within: .seconds(10))
      }
      let command = LabProfile.startCommand(in: LabProfile.shellQuoted(night.directory(Place.replica1)))
      let outcome = try await ChildProcess.run(.shell(command), on: night.loop, within: .seconds(10))
      #expect(outcome.status.isSuccess)
      try await night.wait(for: "the node in sync") {
        (try? await night.send(["ROLE"], to: Place.replica1))?.dropFirst(3).first == "connected"
      }
      try await night.expectDone(
        try await night.night.run(night.resume() + ["--settle", "0"]))
    }
  }
}
