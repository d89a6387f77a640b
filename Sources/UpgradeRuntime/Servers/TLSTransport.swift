// The RESP client's byte stream over TLS.

package import SystemIO
package import UpgradeCore

/// An encrypted TCP connection as the RESP client wants it.
package final class TLSTransport: Transport {
  private let stream: TLSStream

  private init(_ stream: TLSStream) {
    self.stream = stream
  }

  /// Connects and shakes hands within a bound; `proven` is told until when the server's certificate holds.
  package static func connect(
    to endpoint: Endpoint, _ context: TLSContext, on loop: EventLoop, within bound: Duration,
    proven: (TLSCertificateEnd) -> Void
  ) async throws(TransportError) -> TLSTransport {
    do throws(TLSStream.Failure) {
      let stream = try await TLSStream.connect(to: endpoint, context, on: loop, within: bound)
      if let end = stream.certificateEnd { proven(end) }
      return TLSTransport(stream)
    } catch {
      throw TransportError(error)
    }
  }

  /// The same over a connection that is there; `again` leads to the same server once more.
  package static func connect(
    over connection: Connection, _ context: TLSContext, from start: MonotonicTime, within bound: Duration,
    again: @escaping TLSStream.Opening, proven: (TLSCertificateEnd) -> Void
  ) async throws(TransportError) -> TLSTransport {
    do throws(TLSStream.Failure) {
      let stream = try await TLSStream.shakeHands(over: connection, context, from: start, within: bound, again: again)
      if let end = stream.certificateEnd { proven(end) }
      return TLSTransport(stream)
    } catch {
      throw TransportError(error)
    }
  }

  package func send(_ bytes: [UInt8]) async throws(TransportError) {
    do throws(TLSStream.Failure) {
      try await stream.write(bytes)
    } catch {
      throw TransportError(error)
    }
  }

  package func receive(upTo maximum: Int) async throws(TransportError) -> [UInt8] {
    var buffer: [UInt8] = []
    do throws(TLSStream.Failure) {
      _ = try await stream.read(upTo: maximum, appendingTo: &buffer)
    } catch {
      throw TransportError(error)
    }
    return buffer
  }

  package func close() {
    stream.close()
  }
}

extension TransportError {
  init(_ failure: TLSStream.Failure) {
    switch failure {
    case .system(let error): self.init(error)
    // Whoever goes away in the middle may be about to end, or to begin: that passes.
    case .tls(let error): self.init(error.code == .closed ? .closed : .encryption, error.description)
    }
  }
}
