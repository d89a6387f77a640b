// Whether TLS is spoken, with whose files, and what is asked when a key is encrypted.
import SystemIO
import Testing
import UpgradeCore
import UpgradeRuntime

@Suite struct EncryptionTests {
  private static let site = EncryptionRequest(
    isWanted: true, authorities: "/site/ca", certificate: "/site/cert", key: "/site/key", serverName: "site")

  @Test func theStrongerSourceWins() throws {
    let siteSettings = TLSSettings(
      authorities: "/site/ca", certificate: "/site/cert", key: "/site/key", serverName: "site")
    let none = EncryptionRequest()
    let table: [(EncryptionRequest, Target.Security, EncryptionRequest, TLSSettings?)] = [
      (none, .unsaid, none, nil),
      (none, .plain, none, nil),
      (none, .encrypted, none, TLSSettings()),
      (none, .unsaid, Self.site, siteSettings),
      // Who writes redis:// means it.
      (none, .plain, Self.site, nil),
      (EncryptionRequest(isWanted: true), .plain, none, TLSSettings()),
      (EncryptionRequest(isWanted: true), .plain, Self.site, siteSettings),
      // Files of the site without the wish wait for the scheme.
      (
        none, .encrypted, EncryptionRequest(authorities: "/site/ca"), TLSSettings(authorities: "/site/ca")
      ),
      (none, .unsaid, EncryptionRequest(authorities: "/site/ca"), nil),
      (
        EncryptionRequest(authorities: "/ca", serverName: "name"), .encrypted, Self.site,
        TLSSettings(authorities: "/ca", certificate: "/site/cert", key: "/site/key", serverName: "name")
      ),
      // A certificate of the command line is never paired with a key of the site.
      (
        EncryptionRequest(certificate: "/cert"), .encrypted, Self.site,
        TLSSettings(authorities: "/site/ca", certificate: "/cert", serverName: "site")
      ),
    ]
    for (request, security, configured, wanted) in table {
      let settings = try Encryption.settings(request, security: security, configured: configured)
      #expect(settings == wanted, "\(request) \(security) \(configured)")
    }
  }

  @Test func pathsAreToldInFull() throws {
    let settings = try Encryption.settings(
      EncryptionRequest(authorities: "tls/ca.pem"), security: .encrypted, configured: EncryptionRequest())
    #expect(settings?.authorities == "\(try Files.resolve("."))/tls/ca.pem")
  }

  @Test(arguments: [
    (EncryptionRequest(authorities: "ca"), "--cacert"), (EncryptionRequest(certificate: "c"), "--cert"),
    (EncryptionRequest(key: "k"), "--key"), (EncryptionRequest(serverName: "n"), "--sni"),
  ])
  func filesWithoutTheWishAreAMistake(request: EncryptionRequest, flag: String) {
    for security in [Target.Security.plain, .unsaid] {
      let said = sentence { () throws(UsageError) in
        _ = try Encryption.settings(request, security: security, configured: EncryptionRequest())
      }
      #expect(
        said
          == "\(flag) is about TLS, and nothing says that TLS is spoken. "
          + "Write rediss://host:port as the TARGET, or --tls.")
    }
  }

  @Test func anEncryptedKeyIsAskedFor() async throws {
    try await onLoop { loop, directory in
      let (plain, locked, certificate) = ("\(directory)/plain.key", "\(directory)/locked.key", "\(directory)/me.pem")
      for words in [
        ["req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-subj", "/CN=me"]
          + ["-keyout", plain, "-out", certificate],
        ["pkey", "-in", plain, "-aes256", "-passout", "pass:open sesame", "-out", locked],
      ] {
        let outcome = try await ChildProcess.run(ChildCommand("openssl", words), on: loop, within: RealServer.patience)
        try #require(outcome.status.isSuccess)
      }
      let settings = TLSSettings(certificate: certificate, key: locked)
      var asked: [String] = []
      _ = try Encryption.context(settings) { question throws(UsageError) in
        asked.append(question)
        return Secret("open sesame")
      }
      #expect(asked == ["Pass phrase of \(locked): "])
      let wrong = sentence { () throws(UsageError) in
        _ = try Encryption.context(settings) { _ throws(UsageError) in Secret("open barley") }
      }
      #expect(
        wrong
          == "the key of our certificate (--key) \(locked) does not open with that pass phrase. "
          + "Give PEM files that this user may read.")
      _ = try Encryption.context(TLSSettings(certificate: certificate, key: plain)) { _ throws(UsageError) in
        throw UsageError(.terminal, "asked", remedy: "for nothing")
      }
    }
  }
}
