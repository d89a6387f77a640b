// Who watches over a server that was named by its own address: Sentinels say it themselves, on the server, every 2 s.

import Synchronization
import UpgradeCore

/// What Sentinels announce on a server that they watch.
struct SentinelHearsay {
  let fleet: Fleet

  /// Every Sentinel, by the names under which they watch; empty where nobody announces anything.
  func groups(at address: Address) async -> [String: Set<Address>] {
    let asked = try? await fleet.reader(address).pipeline([["PUBSUB", "NUMSUB", "__sentinel__:hello"]])
    guard let reply = asked?.first, reply.error == nil, let count = reply.map({ $0.integer }).last.flatMap({ $0 }),
      count > 0
    else { return [:] }
    let heard = Heard()
    // Each announces itself every 2 s (redis src/sentinel.c, SENTINEL_PUBLISH_PERIOD).
    await fleet.subscription.listen(
      at: address, ["SUBSCRIBE", "__sentinel__:hello"], within: .milliseconds(2500)
    ) { message in
      heard.take(message, from: address) < Int(count)
    }
    return heard.groups
  }

  private final class Heard: Sendable {
    private let found = Mutex<[String: Set<Address>]>([:])

    var groups: [String: Set<Address>] { found.withLock { $0 } }

    /// `ip,port,runid,epoch,name,ip,port,epoch`; returns how many Sentinels were heard so far.
    func take(_ message: [String], from server: Address) -> Int {
      let parts = (message.last ?? "").split(separator: ",", omittingEmptySubsequences: false)
      return found.withLock { found in
        if message.first == "message", parts.count == 8, let port = Int(parts[1]) {
          found[String(parts[4]), default: []].insert(Address(host: String(parts[0]), port: port).said(by: server))
        }
        return found.values.reduce(0) { $0 + $1.count }
      }
    }
  }
}
