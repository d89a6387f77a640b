// What a server says by itself: a connection of its own that only listens.

import SystemIO
import UpgradeCore

/// Listens to the channels of one server, over a connection that nothing else is sent on.
struct Subscription {
  let settings: ConnectionSettings
  let loop: EventLoop

  /// Hands over each message, its texts in their order, until `hear` says no, the bound is over, the task is cancelled
  /// or the connection ends; what is refused is passed over, as nothing rests on what is heard here.
  ///
  /// - Parameter command: `SUBSCRIBE` or `PSUBSCRIBE` with its channels.
  func listen(
    at address: Address, _ command: Command, within bound: Duration, hear: @escaping @Sendable ([String]) -> Bool
  ) async {
    guard let transport = try? await settings.transport(to: address, on: loop) else { return }
    let loop = loop
    let end = loop.task {
      do throws(CancellationError) { try await loop.sleep(for: bound) } catch {}
      transport.close()
    }
    await withTaskCancellationHandler {
      await read(transport, settings.settings(for: address).introduction, command, hear)
    } onCancel: {
      transport.close()
    }
    end.cancel()
    transport.close()
  }

  private func read(
    _ transport: any Transport, _ introduction: Introduction, _ command: Command, _ hear: ([String]) -> Bool
  ) async {
    var reader = ReplyReader()
    var step: Introduction.Step? = introduction.opening.step
    guard (try? await transport.send(CommandEncoder.encode(introduction.opening.command))) != nil else { return }
    while let bytes = try? await transport.receive(upTo: 1 << 14), !bytes.isEmpty {
      for reply in reader.read(bytes) {
        guard let present = step else {
          if !hear(reply.map { $0.text ?? "" }) { return }
          continue
        }
        switch introduction.answered(reply, at: present) {
        case .refused: return
        case .say(let next, let then):
          step = then
          guard (try? await transport.send(CommandEncoder.encode(next))) != nil else { return }
        case .done:
          step = nil
          guard (try? await transport.send(CommandEncoder.encode(command))) != nil else { return }
        }
      }
      if reader.violation != nil { return }
    }
  }
}

extension ConnectionSettings {
  /// A connection to a node, nothing said on it yet.
  func transport(to address: Address, on loop: EventLoop) async throws(TransportError) -> any Transport {
    let certificates = certificates
    return try await way.connect(
      to: way.endpoint(of: address), settings(for: address).tls, on: loop,
      within: options(commandTimeout: .seconds(2)).connectTimeout
    ) { certificates.note($0, of: address) }
  }

  /// What is said first on a connection.
  var introduction: Introduction { Introduction(options(commandTimeout: .seconds(2))) }
}
