package import SystemIO
package import UpgradeCore

extension EncryptionFiles {
  package init(_ settings: TLSSettings) {
    self.init(
      authorities: settings.authorities, certificate: settings.certificate, key: settings.key,
      serverName: settings.serverName)
  }
}

/// Whether and how connections are encrypted, gathered from everything that can say it.
package enum Encryption {
  /// What a flag says is stronger than the configuration; files that only the configuration names wait there until TLS
  /// is wanted. Whether it is wanted: `--tls`, the TARGET's scheme, the configuration. Paths are answered in full, since
  /// who goes on with a run may stand elsewhere.
  ///
  /// - Returns: nil where connections are plain.
  package static func settings(
    _ request: EncryptionRequest, security: Target.Security, configured: EncryptionRequest
  ) throws(UsageError) -> TLSSettings? {
    let isWanted =
      request.isWanted
      ?? (security == .encrypted ? true : security == .plain ? false : configured.isWanted ?? false)
    guard isWanted else {
      let given: [(Flag, String?)] = [
        (.cacert, request.authorities), (.cert, request.certificate), (.key, request.key), (.sni, request.serverName),
      ]
      if let flag = given.first(where: { $0.1 != nil })?.0 {
        throw UsageError(
          .conflictingFlags, "\(flag.text) is about TLS, and nothing says that TLS is spoken",
          remedy: "Write rediss://host:port as the TARGET, or --tls.")
      }
      return nil
    }
    // A certificate and its key come from one place, or else a flag would be paired with a stranger's key.
    let own = request.certificate != nil || request.key != nil ? request : configured
    return TLSSettings(
      authorities: (request.authorities ?? configured.authorities).map(whole),
      certificate: own.certificate.map(whole), key: own.key.map(whole),
      serverName: request.serverName ?? configured.serverName)
  }

  private static func whole(_ path: String) -> String {
    guard !path.hasPrefix("/"), let here = try? Files.resolve(".") else { return path }
    return "\(here)/\(path)"
  }

  /// Reads the files; where the key is encrypted, `ask` puts the question to the operator. A pass phrase is taken from
  /// nowhere else.
  package static func context(
    _ settings: TLSSettings, ask: (String) throws(UsageError) -> Secret
  ) throws(UsageError) -> TLSContext {
    var failure: TLSError
    do throws(TLSError) {
      return try TLSContext(settings)
    } catch {
      failure = error
    }
    if failure.code == .passPhrase {
      let phrase = try ask("Pass phrase of \(Quotation.escaped(settings.key ?? "")): ")
      do throws(TLSError) {
        return try TLSContext(settings, passPhrase: phrase.bytes)
      } catch {
        failure = error
      }
    }
    throw UsageError(.unreadableFile, failure.description, remedy: "Give PEM files that this user may read.")
  }

  /// Asks on the terminal without echo, whatever standard input and output are.
  package static func askOnTerminal(_ question: String) throws(UsageError) -> Secret {
    let other =
      "Give a key without one that only this user can read: openssl pkey -in KEY -out PLAIN, then chmod 600 PLAIN."
    let answer: HiddenPrompt.Answer
    do throws(SystemError) {
      answer = try HiddenPrompt.ask(question)
    } catch {
      throw UsageError(
        .terminal, "the key of our certificate (--key) is encrypted, and its pass phrase cannot be asked for: \(error)",
        remedy: other)
    }
    switch answer {
    case .line(let bytes): return Secret(bytes: bytes)
    case .ended: throw UsageError(.terminal, "no pass phrase was given", remedy: other)
    case .interrupted:
      throw UsageError(.interrupted, "interrupted at the pass phrase", remedy: "Nothing was changed.")
    case .tooLong:
      throw UsageError(
        .terminal, "the pass phrase has more than \(HiddenPrompt.longest) bytes",
        remedy: "Give the pass phrase alone; something else was pasted.")
    }
  }
}
