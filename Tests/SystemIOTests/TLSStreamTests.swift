// Encrypted streams against OpenSSL's own server: what goes through, and the sentence for each thing that does not.

import Testing

@testable import SystemIO

@Suite struct TLSStreamTests {
  private static let place = "127.0.0.1:PORT"

  /// Runs a body with an authority, a certificate `server` of it, and a server that was started with these words.
  private func withServer(
    _ words: @Sendable (Authority) async throws -> [String] = {
      ["-cert", $0.certificate("server"), "-key", $0.key("server")]
    },
    _ body: @Sendable (Authority, EchoServer) async throws -> Void
  ) async throws {
    try await withLoop { loop in
      try await withDirectory { directory in
        let authority = try await Authority(in: directory, on: loop)
        try await authority.sign("server")
        let server = try await EchoServer.start(try await words(authority), on: loop)
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

  private func echo(_ line: String, over stream: TLSStream) async throws -> String {
    try await stream.write(bytes(line + "\n"))
    var answer: [UInt8] = []
    while !string(answer).contains("\n") {
      guard try await stream.read(upTo: 100, appendingTo: &answer) > 0 else { break }
    }
    return string(answer)
  }

  /// The failure to connect or, where a server only then says what it does not like, of the first exchange.
  private func failure(
    of settings: TLSSettings, at endpoint: Endpoint, on loop: EventLoop, within bound: Duration = patience
  ) async throws -> TLSStream.Failure? {
    let context = try TLSContext(settings)
    do throws(TLSStream.Failure) {
      let stream = try await TLSStream.connect(to: endpoint, context, on: loop, within: bound)
      defer { stream.close() }
      try await stream.write(bytes("hello\n"))
      var answer: [UInt8] = []
      let count = try await stream.read(upTo: 100, appendingTo: &answer)
      return count == 0 ? .system(SystemError(.connectionReset, "read from", "the end")) : nil
    } catch {
      return error
    }
  }

  private func expect(
    _ failure: TLSStream.Failure?, _ code: TLSError.Code, _ sentence: String, at endpoint: Endpoint,
    _ location: SourceLocation = #_sourceLocation
  ) {
    guard case .tls(let error)? = failure else {
      Issue.record("\(String(describing: failure)) instead of \(code)", sourceLocation: location)
      return
    }
    #expect(error.code == code, sourceLocation: location)
    let said = error.description.replacing(endpoint.description, with: Self.place)
    #expect(said == sentence, sourceLocation: location)
  }

  @Test func weServeAsWellAsWeConnect() async throws {
    try await withLoop { loop in
      try await withDirectory { directory in
        let authority = try await Authority(in: directory, on: loop)
        try await authority.sign("server")
        let serving = try TLSContext(serving: authority.certificate("server"), key: authority.key("server"))
        let listener = try Listener.listen(on: .tcp(host: "127.0.0.1", port: 0), loop: loop)
        // The first comes with TLS and is answered; the second speaks plainly, and is not served.
        let served = loop.task {
          for _ in 0..<2 {
            guard let connection = try? await listener.accept(),
              let stream = try? await TLSStream.accept(over: connection, serving, within: patience)
            else { continue }
            var heard: [UInt8] = []
            _ = try? await stream.read(upTo: 100, appendingTo: &heard)
            try? await stream.write(Array(heard.reversed()))
            stream.close()
          }
        }
        let context = try TLSContext(TLSSettings(authorities: authority.file))
        let stream = try await TLSStream.connect(to: listener.endpoint, context, on: loop, within: patience)
        try await stream.write(bytes("hello"))
        var answer: [UInt8] = []
        _ = try await stream.read(upTo: 100, appendingTo: &answer)
        #expect(string(answer) == "olleh")
        stream.close()

        let plain = try await Connection.connect(to: listener.endpoint, on: loop, within: patience)
        try await plain.write(bytes("GET / HTTP/1.1\r\n\r\n"))
        #expect((try? await plain.read(upTo: 100, within: patience))?.starts(with: bytes("HTTP")) != true)
        plain.close()
        await served.value
        listener.close()

        #expect(throws: TLSError.self) { try TLSContext(serving: authority.certificate("server"), key: authority.file) }
      }
    }
  }

  @Test func aLineGoesThereAndBack() async throws {
    try await withServer { authority, server in
      let context = try TLSContext(TLSSettings(authorities: authority.file))
      let stream = try await TLSStream.connect(to: server.endpoint, context, on: authority.loop, within: patience)
      #expect(try await echo("hello", over: stream) == "olleh\n")
      #expect(try await echo("and back", over: stream) == "kcab dna\n")
      // 2045-01-01, as it was signed; the authority itself ends in two days, and first.
      let end = try #require(stream.certificateEnd)
      #expect(end.isIssuer && end.subject == "CN=The authority of a test")
      #expect(end.seconds < 2_366_841_600)
      stream.close()
      var nothing: [UInt8] = []
      await #expect(throws: TLSStream.Failure.self) { try await stream.read(upTo: 1, appendingTo: &nothing) }
      await #expect(throws: TLSStream.Failure.self) { try await stream.write([1]) }
    }
  }

  @Test(arguments: ["-tls1_2", "-tls1_3"]) func moreThanOneRecordInOneWrite(version: String) async throws {
    try await withServer {
      ["-cert", $0.certificate("server"), "-key", $0.key("server"), version]
    } _: {
      authority, server in
      let context = try TLSContext(TLSSettings(authorities: authority.file))
      let stream = try await TLSStream.connect(to: server.endpoint, context, on: authority.loop, within: patience)
      defer { stream.close() }
      // The server reverses each line; all of it is written before the first byte is read back.
      let line = (0..<15_000).map { String($0 % 10) }.joined()
      let wanted = String(line.reversed()) + "\n"
      async let sent: Void = stream.write(bytes(String(repeating: line + "\n", count: 40)))
      var answer: [UInt8] = []
      while answer.count < wanted.utf8.count * 40 {
        guard try await stream.read(upTo: 1 << 16, appendingTo: &answer) > 0 else { break }
      }
      try await sent
      #expect(string(answer) == String(repeating: wanted, count: 40))
    }
  }

  @Test func aNameIsAskedForAndHeld() async throws {
    try await withServer { authority in
      try await authority.sign("named", for: "DNS:redis.example")
      return ["-cert", authority.certificate("named"), "-key", authority.key("named")]
    } _: { authority, server in
      let trusting = TLSSettings(authorities: authority.file)
      expect(
        try await failure(of: trusting, at: server.endpoint, on: authority.loop), .wrongName,
        "the certificate of 127.0.0.1:PORT is not for 127.0.0.1 but for DNS:redis.example: connect by a name that it "
          + "holds, or say with --sni NAME which one every node of this deployment proves (redis-cli does not look at "
          + "names at all)", at: server.endpoint)
      var named = trusting
      named.serverName = "redis.example"
      #expect(try await failure(of: named, at: server.endpoint, on: authority.loop) == nil)
      named.serverName = "other.example"
      let other = try await failure(of: named, at: server.endpoint, on: authority.loop)
      guard case .tls(let error)? = other else { return #expect(Bool(false), "\(String(describing: other))") }
      #expect(error.code == .wrongName && error.description.contains("is not for other.example but for DNS:redis"))
    }
  }

  @Test func anExpiredCertificate() async throws {
    try await withServer { authority in
      try await authority.sign("old", from: "20200101000000Z", to: "20200201000000Z")
      return ["-cert", authority.certificate("old"), "-key", authority.key("old")]
    } _: { authority, server in
      expect(
        try await failure(of: TLSSettings(authorities: authority.file), at: server.endpoint, on: authority.loop),
        .expired,
        "the certificate of 127.0.0.1:PORT has expired (CN=old, ended 2020-02-01 00:00 UTC): renew it on that host, and "
          + "have the server take it over", at: server.endpoint)
    }
  }

  @Test func aCertificateOfTomorrow() async throws {
    try await withServer { authority in
      try await authority.sign("young", from: "20440101000000Z")
      return ["-cert", authority.certificate("young"), "-key", authority.key("young")]
    } _: { authority, server in
      expect(
        try await failure(of: TLSSettings(authorities: authority.file), at: server.endpoint, on: authority.loop),
        .notYetValid,
        "the certificate of 127.0.0.1:PORT is not valid yet (CN=young, begins 2044-01-01 00:00 UTC): compare the "
          + "clocks of both machines", at: server.endpoint)
    }
  }

  @Test func anAuthorityThatWeDoNotTrust() async throws {
    try await withServer { authority, server in
      try await authority.signItself("stranger", subject: "/CN=Somebody else")
      let sentence =
        "nobody whom we trust has signed the certificate of 127.0.0.1:PORT: give the file of its authority with "
        + "--cacert FILE"
      for file in [authority.certificate("stranger"), nil] {
        expect(
          try await failure(of: TLSSettings(authorities: file), at: server.endpoint, on: authority.loop),
          .unknownAuthority, sentence, at: server.endpoint)
      }
    }
  }

  @Test func aCertificateSignedByItself() async throws {
    try await withServer { authority in
      try await authority.signItself("own", subject: "/CN=127.0.0.1")
      return ["-cert", authority.certificate("own"), "-key", authority.key("own")]
    } _: { authority, server in
      expect(
        try await failure(of: TLSSettings(authorities: authority.file), at: server.endpoint, on: authority.loop),
        .selfSigned,
        "the certificate of 127.0.0.1:PORT is signed by itself alone: if it is the right one, give it with --cacert "
          + "FILE", at: server.endpoint)
    }
  }

  @Test(arguments: ["-tls1_2", "-tls1_3"]) func aServerThatWantsACertificate(version: String) async throws {
    try await withServer { authority in
      try await authority.sign("client")
      try await authority.signItself("stranger", subject: "/CN=Nobody knows me")
      return ["-cert", authority.certificate("server"), "-key", authority.key("server"), version]
        + ["-Verify", "1", "-verify_return_error", "-CAfile", authority.file]
    } _: { authority, server in
      var settings = TLSSettings(authorities: authority.file)
      let wanted = try await failure(of: settings, at: server.endpoint, on: authority.loop)
      guard case .tls(let error)? = wanted else { return #expect(Bool(false), "\(String(describing: wanted))") }
      #expect(error.code == .certificateWanted)
      #expect(error.description.contains("give ours with --cert FILE and --key FILE"), "\(error)")

      settings.certificate = authority.certificate("stranger")
      settings.key = authority.key("stranger")
      expect(
        try await failure(of: settings, at: server.endpoint, on: authority.loop), .certificateRefused,
        "127.0.0.1:PORT does not accept our certificate (--cert): it has to be in date, and signed by an authority in "
          + "that server's tls-ca-cert-file", at: server.endpoint)

      settings.certificate = authority.certificate("client")
      settings.key = authority.key("client")
      #expect(try await failure(of: settings, at: server.endpoint, on: authority.loop) == nil)
    }
  }

  @Test func aServerThatSpeaksOnlyWhatIsTooOld() async throws {
    try await withServer {
      ["-cert", $0.certificate("server"), "-key", $0.key("server"), "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"]
    } _: { authority, server in
      expect(
        try await failure(of: TLSSettings(authorities: authority.file), at: server.endpoint, on: authority.loop),
        .protocolVersion,
        "127.0.0.1:PORT speaks no version of TLS from 1.2 on: see tls-protocols in its configuration",
        at: server.endpoint)
    }
  }

  @Test func aServerWithoutACipherOfOurs() async throws {
    try await withServer {
      ["-cert", $0.certificate("server"), "-key", $0.key("server"), "-tls1_2", "-cipher", "NULL@SECLEVEL=0"]
    } _: { authority, server in
      let refused = try await failure(
        of: TLSSettings(authorities: authority.file), at: server.endpoint, on: authority.loop)
      guard case .tls(let error)? = refused else { return #expect(Bool(false), "\(String(describing: refused))") }
      #expect(error.description.contains("no cipher is common to both"), "\(error)")
    }
  }

  /// A server that takes our greeting for the beginning of a line and waits for its end, as Redis does.
  @Test func aPlainPortThatWaitsForItsLine() async throws {
    try await onLoop { loop in
      let listener = try Listener.listen(on: .tcp(host: "127.0.0.1", port: 0), loop: loop)
      let serving = loop.task {
        guard let silent = try? await listener.accept(), let asked = try? await listener.accept() else { return }
        let seen = try? await asked.read(upTo: 100)
        #expect(seen.map(string) == "PING\r\n")
        try? await asked.write(bytes("-NOAUTH Authentication required.\r\n"))
        _ = try? await asked.read(upTo: 1)
        silent.close()
      }
      expect(
        try await failure(of: TLSSettings(), at: listener.endpoint, on: loop, within: .seconds(3)), .notTLS,
        "what answers at 127.0.0.1:PORT does not speak TLS: it is a plain port, so use redis:// or its TLS port",
        at: listener.endpoint)
      await serving.value
    }
  }

  @Test func aPortThatAnswersInItsOwnTongue() async throws {
    try await onLoop { loop in
      let listener = try Listener.listen(on: .tcp(host: "127.0.0.1", port: 0), loop: loop)
      let serving = loop.task {
        for greeting in ["-ERR Protocol error: unbalanced quotes in request\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n"] {
          guard let peer = try? await listener.accept() else { return }
          _ = try? await peer.read(upTo: 4096)
          try? await peer.write(bytes(greeting))
          _ = try? await peer.read(upTo: 4096)
        }
        // The last one hangs up at once.
        guard let peer = try? await listener.accept() else { return }
        _ = try? await peer.read(upTo: 4096)
        peer.close()
      }
      for _ in 0..<2 {
        expect(
          try await failure(of: TLSSettings(), at: listener.endpoint, on: loop), .notTLS,
          "what answers at 127.0.0.1:PORT does not speak TLS: it is a plain port, so use redis:// or its TLS port",
          at: listener.endpoint)
      }
      expect(
        try await failure(of: TLSSettings(), at: listener.endpoint, on: loop), .closed,
        "127.0.0.1:PORT ended the connection while TLS was being set up: is it a TLS port? That server's log says why",
        at: listener.endpoint)
      await serving.value
    }
  }

  @Test func aServerThatSaysNothingAtAll() async throws {
    try await onLoop { loop in
      let listener = try Listener.listen(on: .tcp(host: "127.0.0.1", port: 0), loop: loop)
      let mute = try await failure(of: TLSSettings(), at: listener.endpoint, on: loop, within: .milliseconds(300))
      guard case .system(let error)? = mute else { return #expect(Bool(false), "\(String(describing: mute))") }
      #expect(error.code == .timedOut, "\(error)")
    }
  }

  @Test func nobodyListens() async throws {
    try await onLoop { loop in
      let listener = try Listener.listen(on: .tcp(host: "127.0.0.1", port: 0), loop: loop)
      listener.close()
      let refused = try await failure(of: TLSSettings(), at: listener.endpoint, on: loop)
      guard case .system(let error)? = refused else { return #expect(Bool(false), "\(String(describing: refused))") }
      #expect(error.code == .connectionRefused)
    }
  }
}
