// Certificates: none may end while the run still needs it.

struct CertificateExpiry: Rule {
  let name: RuleName = "certificate-expiry"
  let severity = Severity.blocking
  let title = "No certificate ends during the run, or soon after"
  let why =
    "A node whose certificate has ended takes no connection: not of clients, of its peers, or of this run after a restart."
  let reads = "the certificates of each node's TLS handshake, their authorities, and our own"
  let remedy = "Renew the file in place, then CONFIG SET tls-cert-file <the same path>: the server reads it again."
  let source =
    "redis 7.0 src/config.c (VOLATILE_CONFIG: applied although the value is the same); RFC 5280 section 4.1.2.5"
  let severityVaries = "a warning where it ends after the run, within 14 days"

  /// Weeks pass from noticing to renewing where an authority has to be asked.
  static let soon = Duration.seconds(14 * 86_400)

  func objects(in scene: Scene) -> [ObjectID] {
    scene.setup.encryption == nil ? [] : scene.members.map(ObjectID.node)
  }

  /// A certificate that lasts for the run does not hinder it.
  func severity(of object: ObjectID, in scene: Scene) -> Severity {
    let ends = scene.nodes(of: object).contains { node in
      first(of: node, in: scene).map { $0.left <= Self.longestRun(scene) } ?? false
    }
    return ends ? .blocking : .warning
  }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    guard scene.setup.encryption != nil else { return .notApplicable(why: "connections are plain") }
    return scene.together(object) { judge($0, in: scene) }
  }

  private func judge(_ node: NodeID, in scene: Scene) -> Verdict {
    guard let certificate = first(of: node, in: scene) else {
      return .unknown(why: "\(scene.name(node)): its certificate has not been read")
    }
    let end = "\(certificate.end.minute) (in \(Self.words(certificate.left)))"
    if certificate.left > Self.soon { return .holds(saw: "until \(end)") }
    let bound = Self.longestRun(scene)
    let verdict =
      certificate.left <= bound ? "; the run may take \(Self.words(bound))" : ", soon after the run"
    switch certificate.bearer {
    case .server:
      let file = scene.snapshot[node].view?.inventory?.configuration["tls-cert-file"] ?? "FILE"
      return .broken(
        saw: "the certificate of \(scene.name(node)) (\(certificate.subject)) ends \(end)\(verdict)",
        fix: "renew it in place, and have the server read it again: "
          + scene.paste(node, "CONFIG SET tls-cert-file \(file)"))
    case .issuer:
      return .broken(
        saw:
          "an authority behind the certificate of \(scene.name(node)) (\(certificate.subject)) ends \(end)\(verdict)",
        fix: "have the certificates signed by one that lasts, and give its file to servers and clients (--cacert)")
    case .ours:
      return .broken(
        saw: "our own certificate (\(certificate.subject)) ends \(end)\(verdict)",
        fix: "have it renewed, and begin with the new one: --cert FILE --key FILE")
    }
  }

  private func first(of node: NodeID, in scene: Scene) -> CertificateReading? {
    scene.snapshot[node].view?.inventory?.certificates.min { $0.left < $1.left }
  }

  /// Every node as slow as it is allowed to be, and an hour for the questions.
  private static func longestRun(_ scene: Scene) -> Duration {
    let options = scene.setup.options
    return .seconds(3600) + (options.settle + options.backWithin) * max(1, scene.setup.nodes.count)
  }

  private static func words(_ duration: Duration) -> String {
    let hours = duration.components.seconds / 3600
    return hours < 48 ? "\(hours) h" : "\(hours / 24) days"
  }
}
