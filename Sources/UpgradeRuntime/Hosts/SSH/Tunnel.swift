// Streams to servers by way of a host: one `ssh -W` each, over the link that is there.

import Synchronization
import SystemIO
import UpgradeCore

/// A connection to a server, and the child that leads to it.
struct Tunnel: Sendable {
  let connection: Connection
  private let child: ChildProcess

  init(_ connection: Connection, _ child: ChildProcess) {
    self.connection = connection
    self.child = child
  }

  /// Ends it at once; a server that is frozen does not keep the child.
  func close() {
    connection.close()
    connection.loop.task { [child] in
      if await child.exit(within: .seconds(1)) == nil { _ = try? child.send(.kill) }
    }
  }
}

extension SSHLink {
  /// A stream to a server, over the connection that is there.
  nonisolated func tunnel(to endpoint: Endpoint, until deadline: MonotonicTime) async throws(SSHFailure) -> Tunnel {
    let before = refusals.count
    let child = try spawn(login.tunnel(to: host, control: control, target: endpoint), .socket(endpoint))
    guard let connection = child.socket else { throw SSHFailure(.other, host, "ssh has no socket") }
    var lines = LineSplitter()
    var last = ""
    do throws(SystemError) {
      while true {
        let bytes = try await child.readError(upTo: 4096, within: max(.zero, deadline - loop.now))
        if bytes.isEmpty { break }
        for line in lines.take(bytes) {
          // mux.c, mux_client_request_stdio_fwd, at debug level 1: the channel is open.
          if line.contains("master session id") {
            loop.task { while let bytes = try? await child.readError(upTo: 4096), !bytes.isEmpty {} }
            return Tunnel(connection, child)
          }
          if !line.hasPrefix("debug1:"), !line.isEmpty { last = line }
        }
      }
    } catch {
      Tunnel(connection, child).close()
      throw SSHFailure(.beyond, host, "no answer in time")
    }
    connection.close()
    throw await failure(since: before, last)
  }

  /// Why the host did not connect us: it says so to the master of the connection, without saying to which of those who
  /// asked. Only where it said one thing to all of them is it known.
  private nonisolated func failure(since count: Int, _ last: String) async -> SSHFailure {
    let patience = loop.now + .milliseconds(200)
    while refusals.count == count, loop.now < patience {
      do throws(CancellationError) { try await loop.sleep(for: .milliseconds(2)) } catch { break }
    }
    let reasons = Set(refusals.since(count))
    guard let reason = reasons.first, reasons.count == 1 else {
      return SSHFailure(.beyond, host, last.isEmpty ? "the connection to \(host) was lost" : last)
    }
    return reason.hasSuffix("Connection refused")
      ? SSHFailure(.refused, host, "connection refused; nothing listens there")
      : SSHFailure(.beyond, host, reason)
  }
}

/// What the master of a connection said of channels that the host did not open.
final class ChannelRefusals: Sendable {
  private let heard = Mutex<(count: Int, reasons: [String])>((0, []))

  var count: Int { heard.withLock { $0.count } }

  /// Takes `channel 3: open failed: connect failed: Connection refused` (channels.c, channel_input_open_failure).
  func hear(_ line: String) {
    guard line.hasPrefix("channel "), let cause = line.firstRange(of: ": open failed: ") else { return }
    heard.withLock { heard in
      heard.count += 1
      heard.reasons.append(String(line[cause.upperBound...]))
      if heard.reasons.count > 100 { heard.reasons.removeFirst() }
    }
  }

  func since(_ count: Int) -> [String] { heard.withLock { Array($0.reasons.suffix(max(0, $0.count - count))) } }
}

/// A byte stream that came about by way of a host.
final class TunnelTransport: Transport {
  private let inner: any Transport
  private let tunnel: Tunnel

  init(_ inner: any Transport, _ tunnel: Tunnel) {
    self.inner = inner
    self.tunnel = tunnel
  }

  func send(_ bytes: [UInt8]) async throws(TransportError) { try await inner.send(bytes) }

  func receive(upTo maximum: Int) async throws(TransportError) -> [UInt8] { try await inner.receive(upTo: maximum) }

  func close() {
    inner.close()
    tunnel.close()
  }
}
