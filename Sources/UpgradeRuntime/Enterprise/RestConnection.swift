// One connection to the REST API of a node: asked again and again while it stays open, one request after the other.

import SystemIO
import UpgradeCore

/// What one request was answered.
struct RestAnswer: Hashable, Sendable {
  var code: Int
  /// nil where there is no body, or no JSON in the body of a refusal.
  var value: JSONValue?
}

/// Speaks HTTP/1.1 over TLS to one node at a time, and only asks: nothing that is sent changes a cluster.
actor RestConnection: LoopBound {
  nonisolated let loop: EventLoop
  private let access: RestAccess
  private let way: Way
  /// Where a node may send us to, in small letters.
  private let hosts: Set<String>
  private var host: String
  private var stream: TLSStream?
  private var tunnel: Tunnel?
  private var parser = HTTPResponseParser(limit: RestConnection.largest)

  /// The most bytes of one answer; one connection holds one of them.
  static let largest = 16 << 20
  /// How often a request follows where it is sent to.
  private static let mostMoves = 3
  /// A node that is away is to be known of before the time for an answer is over.
  private static let connectBound = Duration.seconds(4)

  init(to host: String, among hosts: [String], _ access: RestAccess, _ way: Way, on loop: EventLoop) {
    self.host = host
    self.hosts = Set((hosts + [host]).map { $0.lowercased() })
    self.access = access
    self.way = way
    self.loop = loop
  }

  /// Who is asked, for sentences.
  private var place: String { Endpoint.tcp(host: host, port: access.port).description }

  /// What is answered to a path, wherever in the cluster we are sent for it.
  func get(_ path: String, until deadline: MonotonicTime) async throws(RestFailure) -> RestAnswer {
    var path = path
    for _ in 0...Self.mostMoves {
      let response = try await response(to: path, until: deadline)
      guard [301, 302, 303, 307, 308].contains(response.code) else { return try await answer(response, to: path) }
      path = try move(to: response.headers["location"] ?? "")
    }
    throw RestFailure(
      .astray,
      "the nodes of this cluster send one another's questions in a circle: look at `rladmin status` for its master")
  }

  func close() {
    stream?.close()
    tunnel?.close()
    stream = nil
    tunnel = nil
    parser = HTTPResponseParser(limit: Self.largest)
  }

  // MARK: - One exchange

  /// A server may close a connection that rests; what was asked only then is asked once more, since asking changes nothing.
  private func response(to path: String, until deadline: MonotonicTime) async throws(RestFailure) -> HTTPResponse {
    if stream != nil, let response = try await exchange(path, until: deadline, mayBeClosed: true) { return response }
    try await open(until: deadline)
    if let response = try await exchange(path, until: deadline, mayBeClosed: false) { return response }
    throw RestFailure(.cut, RestFailure.cutOff(place))
  }

  /// nil where the connection had been closed before.
  private func exchange(
    _ path: String, until deadline: MonotonicTime, mayBeClosed: Bool
  ) async throws(RestFailure) -> HTTPResponse? {
    do throws(RestFailure) {
      try await send(path, until: deadline)
      if let response = try await receive(path, until: deadline) {
        if !response.keepsOpen { close() }
        return response
      }
      close()
      return nil
    } catch {
      let isUntouched = parser.isIdle
      close()
      if mayBeClosed, isUntouched, error.code == .cut { return nil }
      throw error
    }
  }

  private func send(_ path: String, until deadline: MonotonicTime) async throws(RestFailure) {
    guard let stream else { return }
    var request = Array("GET \(path) HTTP/1.1\r\nHost: \(place)\r\nAccept: application/json\r\nAuthorization: ".utf8)
    var login = access.authorization
    request += login + Array("\r\nUser-Agent: redis-upgrade\r\n\r\n".utf8)
    Secrecy.erase(&login)
    defer { Secrecy.erase(&request) }
    do throws(TLSStream.Failure) {
      try await stream.write(request, within: max(.zero, deadline - loop.now))
    } catch {
      throw RestFailure(error, at: place)
    }
  }

  /// nil where the stream ended before anything came.
  private func receive(_ path: String, until deadline: MonotonicTime) async throws(RestFailure) -> HTTPResponse? {
    while let stream {
      var bytes: [UInt8] = []
      let count: Int
      do throws(TLSStream.Failure) {
        count = try await stream.read(upTo: 64 << 10, appendingTo: &bytes, until: deadline)
      } catch {
        throw RestFailure(error, at: place)
      }
      guard count > 0 else {
        if parser.isIdle { return nil }
        throw RestFailure(.cut, RestFailure.cutOff(place))
      }
      do throws(HTTPViolation) {
        if let response = try parser.take(bytes) { return response }
      } catch {
        throw .malformed(error.description, "GET \(path)", at: place)
      }
      // Drop by drop it could go on for ever: whatever comes, the time is over.
      if loop.now >= deadline { throw RestFailure(.system(SystemError(.timedOut, "read from", place)), at: place) }
    }
    return nil
  }

  // MARK: - Where to

  private func open(until deadline: MonotonicTime) async throws(RestFailure) {
    close()
    let endpoint = way.endpoint(of: Address(host: host, port: access.port))
    let start = loop.now
    let bound = max(.zero, min(Self.connectBound, deadline - start))
    guard let bastion = way.bastion else {
      do throws(TLSStream.Failure) {
        stream = try await TLSStream.connect(to: endpoint, access.tls, on: loop, within: bound)
      } catch {
        throw RestFailure(error, at: place)
      }
      return
    }
    try await open(endpoint, by: bastion, until: start + bound)
  }

  private func open(
    _ endpoint: Endpoint, by bastion: Bastion, until deadline: MonotonicTime
  ) async throws(RestFailure) {
    let tunnel: Tunnel
    do throws(TransportError) {
      tunnel = try await bastion.connect(to: endpoint, until: deadline)
    } catch {
      throw RestFailure(.unreachable, error.description)
    }
    let loop = loop
    do throws(TLSStream.Failure) {
      stream = try await TLSStream.shakeHands(
        over: tunnel.connection, access.tls, from: loop.now, within: max(.zero, deadline - loop.now),
        again: { bound throws(SystemError) in throw SystemError(.connectionRefused, "connect once more to", "it") })
      self.tunnel = tunnel
    } catch {
      tunnel.close()
      throw RestFailure(error, at: place)
    }
  }

  /// Goes to where an answer sends us, and returns the path there: to another node of this cluster, by the same port and
  /// encrypted, or not at all. Whoever could send us elsewhere would get the password.
  private func move(to location: String) throws(RestFailure) -> String {
    let from = place
    func astray() -> RestFailure {
      RestFailure(
        .astray,
        "\(from) sends us to \(Quotation.quoted(location)), which is no address of this cluster's nodes at port "
          + "\(access.port), or not encrypted: it was not followed, and nothing was sent there")
    }
    guard location.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw astray() }
    guard !location.hasPrefix("/") else {
      guard !location.hasPrefix("//") else { throw astray() }
      return location
    }
    guard location.lowercased().hasPrefix("https://") else { throw astray() }
    let rest = location.dropFirst("https://".count)
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    guard let target = Self.hostAndPort(rest[..<slash]), target.port == access.port, hosts.contains(target.host),
      slash < rest.endIndex
    else { throw astray() }
    if target.host != host.lowercased() {
      close()
      host = target.host
    }
    return String(rest[slash...])
  }

  /// `10.0.0.1:9443`, `[fd00::1]:9443`, `node-1`; a name before `@` is never followed.
  static func hostAndPort(_ authority: Substring) -> (host: String, port: Int)? {
    guard !authority.contains("@"), !authority.contains("?"), !authority.contains("#") else { return nil }
    var host = authority
    var port = 443
    if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
      guard let number = WholeNumber.read(String(authority[authority.index(after: colon)...])) else { return nil }
      port = number
      host = authority[..<colon]
    }
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    return host.isEmpty ? nil : (host.lowercased(), port)
  }

  // MARK: - What it means

  private func answer(_ response: HTTPResponse, to path: String) async throws(RestFailure) -> RestAnswer {
    let bytes = response.body
    guard !bytes.isEmpty else { return RestAnswer(code: response.code, value: nil) }
    // A long list takes its time, in which the loop has others to serve.
    let read: Result<JSONValue, JSONParser.Failure>
    do throws(SystemError) {
      read = try await loop.blocking { () throws(SystemError) in
        Result { () throws(JSONParser.Failure) in try JSONParser.read(bytes) }
      }
    } catch {
      throw RestFailure(.canceled, "\(error)")
    }
    switch read {
    case .success(let value): return RestAnswer(code: response.code, value: value)
    case .failure(let failure):
      // A proxy in front of the API says with words of its own that there is none.
      guard response.code == 200 else { return RestAnswer(code: response.code, value: nil) }
      throw .malformed("is no JSON (\(failure))", "GET \(path)", at: place)
    }
  }
}
