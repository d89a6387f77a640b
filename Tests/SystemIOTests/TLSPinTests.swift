// One certificate that is trusted alone: whoever it names, and nobody who is vouched for otherwise.

import Testing

@testable import SystemIO

@Suite struct TLSPinTests {
  private func withServer(
    showing name: String, _ body: @Sendable (Authority, EchoServer) async throws -> Void
  ) async throws {
    try await withLoop { loop in
      try await withDirectory { directory in
        let authority = try await Authority(in: directory, on: loop)
        // It names nobody whom we connect to, and ended long ago.
        try await authority.sign("pinned", for: "DNS:elsewhere", from: "20200101000000Z", to: "20200201000000Z")
        try await authority.sign("server")
        let server = try await EchoServer.start(
          ["-cert", authority.certificate(name), "-key", authority.key(name)], on: loop)
        do {
          try await body(authority, server)
        } catch {
          await server.end()
          throw error
        }
        await server.end()
      }
    }
  }

  @Test func theVeryCertificateIsTrustedWhateverItSays() async throws {
    try await withServer(showing: "pinned") { authority, server in
      let context = try TLSContext(TLSSettings(pinned: authority.certificate("pinned")))
      let stream = try await TLSStream.connect(to: server.endpoint, context, on: authority.loop, within: patience)
      try await stream.write(bytes("hello\n"))
      var answer: [UInt8] = []
      while !string(answer).contains("\n") {
        guard try await stream.read(upTo: 100, appendingTo: &answer) > 0 else { break }
      }
      #expect(string(answer) == "olleh\n")
      let end = try #require(stream.certificateEnd)
      #expect(!end.isIssuer && end.subject == "CN=pinned" && end.seconds == 1_580_515_200)
      // A bound on reading leaves the stream as it was.
      do throws(TLSStream.Failure) {
        _ = try await stream.read(upTo: 1, appendingTo: &answer, until: authority.loop.now + .milliseconds(20))
        Issue.record("nothing was to be read")
      } catch {
        #expect(error.isTimeout)
      }
      try await stream.write(bytes("more\n"))
      #expect(try await stream.read(upTo: 100, appendingTo: &answer) > 0)
      stream.close()
    }
  }

  @Test func anotherOneIsRefusedWhoeverSignedIt() async throws {
    try await withServer(showing: "server") { authority, server in
      // Neither its authority nor a sister of it will do.
      for file in [authority.certificate("pinned"), authority.file] {
        let context = try TLSContext(TLSSettings(pinned: file))
        do throws(TLSStream.Failure) {
          let stream = try await TLSStream.connect(to: server.endpoint, context, on: authority.loop, within: patience)
          stream.close()
          Issue.record("\(file) let another pass")
        } catch {
          guard case .tls(let error) = error else { return #expect(Bool(false), "\(error)") }
          #expect(error.code == .notPinned)
          let expected = try await fingerprint(file, authority)
          let seen = try await fingerprint(authority.certificate("server"), authority)
          #expect(
            error.description
              == "the certificate of \(server.endpoint) is not the one in \(file): expected SHA-256 \(expected), seen "
              + "SHA-256 \(seen). Nothing was sent. Either this is another server, or its certificate was exchanged: "
              + "compare on that host, and put the new one into the file only then")
        }
      }
    }
  }

  /// As the program says it that an operator would compare with.
  private func fingerprint(_ file: String, _ authority: Authority) async throws -> String {
    let outcome = try await ChildProcess.run(
      ChildCommand("openssl", ["x509", "-in", file, "-noout", "-fingerprint", "-sha256"]), on: authority.loop,
      within: patience)
    return outcome.text.split(separator: "=").last.map { String($0.filter { $0 != "\n" }) } ?? ""
  }

  @Test func aFileThatHoldsNone() async throws {
    try await withDirectory { directory in
      let file = "\(directory)/none.pem"
      for (text, words) in [(nil, "no such file"), ("no PEM", "holds no PEM text of a certificate")] {
        if let text { try Files.writeAtomically(file, bytes(text)) }
        do throws(TLSError) {
          _ = try TLSContext(TLSSettings(pinned: file))
          Issue.record("\(words)")
        } catch {
          #expect(error.code == .file)
          #expect(error.description.contains(words) && error.description.contains(file), "\(error)")
        }
      }
    }
  }
}
