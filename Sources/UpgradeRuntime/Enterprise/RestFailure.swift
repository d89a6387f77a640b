// Why the REST API of a cluster could not be read, each as a sentence that says what to do.

import SystemIO

/// A round, or a piece of one, that failed.
package struct RestFailure: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Code: String, Hashable, Sendable, CaseIterable {
    /// Nobody answers there.
    case unreachable
    /// Connected, and no whole answer in time.
    case silent
    /// The certificate is not the one, or not vouched for.
    case certificate
    /// Another failure of TLS.
    case encryption
    /// 401: the user, or the password.
    case unauthorized
    /// 403: the user's role.
    case forbidden
    /// 404 of what every version has.
    case missing
    /// 5xx: the node, or the whole cluster, cannot say.
    case unavailable
    /// Any other code.
    case refused
    /// It sends us to where no node of this cluster is.
    case astray
    /// The connection ended in the middle.
    case cut
    /// What came is not HTTP, no JSON, or JSON of another form.
    case malformed
    case canceled
  }

  package let code: Code
  package let description: String

  package init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }

  /// Whether another node may answer where this one did not. A password that is refused is not shown to the next.
  var isOfOneNode: Bool {
    switch code {
    case .unreachable, .silent, .unavailable, .cut, .malformed, .missing: true
    case .certificate, .encryption, .unauthorized, .forbidden, .refused, .astray, .canceled: false
    }
  }

  /// What a stream's failure means where the REST API was meant.
  init(_ failure: TLSStream.Failure, at place: String) {
    switch failure {
    case .system(let error) where error.code == .canceled: self.init(.canceled, "asking \(place) was cancelled")
    case .system(let error) where error.code == .timedOut:
      self.init(.silent, "\(place) did not answer in time: look whether its services run (supervisorctl status)")
    case .system(let error) where error.code == .connectionReset || error.code == .brokenPipe:
      self.init(.cut, Self.cutOff(place))
    case .system(let error):
      self.init(
        .unreachable, "\(error): look whether that node runs, and whether `port` under rest is that of its REST API")
    case .tls(let error): self.init(error, at: place)
    }
  }

  private init(_ error: TLSError, at place: String) {
    let pin = "give the certificate itself with `certificate: FILE` under rest in the profile, copied from that host"
    switch error.code {
    case .notPinned: self.init(.certificate, error.description)
    case .selfSigned: self.init(.certificate, "the certificate of \(place) is signed by itself alone: \(pin)")
    case .unknownAuthority:
      self.init(
        .certificate,
        "nobody in the file `ca` under rest has signed the certificate of \(place): give the right file, or \(pin)")
    case .wrongName:
      self.init(
        .certificate, "the certificate of \(place) is for other names, and a file `ca` asks for the name: \(pin)")
    case .expired, .notYetValid: self.init(.certificate, error.description)
    case .notTLS:
      self.init(
        .encryption, "what answers at \(place) does not speak TLS: `port` under rest is not that of the REST API, 9443")
    case .closed: self.init(.cut, error.description)
    case .protocolVersion, .certificateWanted, .certificateRefused, .file, .passPhrase, .other:
      self.init(.encryption, error.description)
    }
  }

  static func cutOff(_ place: String) -> String {
    "\(place) ended the connection in the middle of an answer: ask again, and look whether its services run"
  }

  /// An answer that is not what was asked for.
  static func malformed(_ what: String, _ request: String, at place: String) -> RestFailure {
    RestFailure(
      .malformed,
      "what \(place) answers to \(request) \(what). Nothing is concluded from it; look whether that is the REST API of a "
        + "cluster")
  }
}
