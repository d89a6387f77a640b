// The operator's own files: each thing that can be wrong with them has its sentence, and nothing is asked behind our back.

import Testing

@testable import SystemIO

@Suite struct TLSContextTests {
  private func withAuthority(_ body: @Sendable (Authority) async throws -> Void) async throws {
    try await withLoop { loop in
      try await withDirectory { directory in
        let authority = try await Authority(in: directory, on: loop)
        try await authority.sign("client")
        try await body(authority)
      }
    }
  }

  private func refusal(_ settings: TLSSettings, passPhrase: String? = nil) -> TLSError? {
    do throws(TLSError) {
      _ = try TLSContext(settings, passPhrase: passPhrase.map { bytes($0) })
      return nil
    } catch {
      return error
    }
  }

  @Test func filesThatFit() async throws {
    try await withAuthority { authority in
      let settings = TLSSettings(
        authorities: authority.file, certificate: authority.certificate("client"), key: authority.key("client"))
      let context = try TLSContext(settings)
      // 2045-01-01.
      #expect(context.ownEnd == TLSCertificateEnd(seconds: 2_366_841_600, isIssuer: false, subject: "CN=client"))
      #expect(try TLSContext(TLSSettings()).ownEnd == nil)
    }
  }

  @Test func filesThatDoNot() async throws {
    try await withAuthority { authority in
      try await authority.sign("other")
      let directory = authority.directory
      let (certificate, key) = (authority.certificate("client"), authority.key("client"))
      try Files.writeAtomically("\(directory)/junk", bytes("no PEM at all\n"))
      let table: [(TLSSettings, String)] = [
        (
          TLSSettings(authorities: "/nowhere/ca.pem"),
          "the file of authorities (--cacert) cannot be used: cannot open /nowhere/ca.pem: no such file or directory "
            + "(ENOENT)"
        ),
        (
          TLSSettings(authorities: directory),
          "the file of authorities (--cacert) cannot be used: cannot read \(directory): is a directory (EISDIR)"
        ),
        (
          TLSSettings(authorities: "\(directory)/junk"),
          "the file of authorities (--cacert) \(directory)/junk holds no PEM text of certificates: no certificate or "
            + "crl found"
        ),
        (
          TLSSettings(certificate: "/nowhere/client.pem", key: key),
          "our certificate (--cert) cannot be used: cannot open /nowhere/client.pem: no such file or directory (ENOENT)"
        ),
        (
          TLSSettings(certificate: key, key: key),
          "our certificate (--cert) \(key) holds no PEM text of a certificate: no start line"
        ),
        (
          TLSSettings(certificate: certificate, key: certificate),
          "the key of our certificate (--key) \(certificate) holds no PEM text of a private key: unsupported"
        ),
        (
          TLSSettings(certificate: certificate, key: authority.key("other")),
          "the key of our certificate (--key) \(authority.key("other")) does not belong to the certificate "
            + "\(certificate): give the two that were made together"
        ),
        (
          TLSSettings(certificate: certificate),
          "--cert needs the certificate's key as well: give it with --key FILE"
        ),
        (TLSSettings(key: key), "--key needs the certificate as well: give it with --cert FILE"),
      ]
      for (settings, sentence) in table {
        let refusal = refusal(settings)
        #expect(refusal?.code == .file, "\(settings)")
        #expect(refusal?.description == sentence)
      }
    }
  }

  /// OpenSSL would ask on the terminal by itself, in the middle of a screen.
  @Test func anEncryptedKey() async throws {
    try await withAuthority { authority in
      let locked = "\(authority.directory)/locked.key"
      try await authority.openssl(
        ["pkey", "-in", authority.key("client"), "-aes256", "-passout", "pass:open sesame", "-out", locked])
      let settings = TLSSettings(certificate: authority.certificate("client"), key: locked)
      let unknown = refusal(settings)
      #expect(unknown?.code == .passPhrase)
      #expect(
        unknown?.description
          == "the key of our certificate (--key) \(locked) is encrypted, and its pass phrase is not known")
      let wrong = refusal(settings, passPhrase: "open barley")
      #expect(wrong?.code == .passPhrase)
      #expect(
        wrong?.description == "the key of our certificate (--key) \(locked) does not open with that pass phrase")
      #expect(refusal(settings, passPhrase: "open sesame") == nil)
      #expect(refusal(settings, passPhrase: String(repeating: "x", count: 5000))?.code == .passPhrase)
    }
  }
}
