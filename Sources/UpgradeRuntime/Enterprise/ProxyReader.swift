// One look through every proxy of every database, along a client's own path: does it serve, how many keys, which Redis.

package import SystemIO
package import UpgradeCore

/// Looks through proxies; it changes nothing.
package struct ProxyReader: Sendable {
  let doors: DatabaseDoors
  let settings: ConnectionSettings
  let loop: EventLoop

  package init(_ doors: DatabaseDoors, _ settings: ConnectionSettings, on loop: EventLoop) {
    self.doors = doors
    self.settings = settings
    self.loop = loop
  }

  /// How long one proxy may take to answer.
  private static let bound = Duration.seconds(3)
  /// At most so many are called at once.
  private static let width = 16

  /// The proxies of a report, in their order.
  package func read(_ status: Enterprise.ClusterStatus) async -> [Enterprise.ProxyReading] {
    let names = Dictionary(status.databases.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
    var rest = status.proxies[...]
    return await withTaskGroup(of: Enterprise.ProxyReading.self) { group in
      var readings: [Enterprise.ProxyReading] = []
      for proxy in rest.prefix(Self.width) { group.addTask { await read(proxy, named: names[proxy.database] ?? "") } }
      rest = rest.dropFirst(Self.width)
      for await reading in group {
        readings.append(reading)
        if let proxy = rest.popFirst() { group.addTask { await read(proxy, named: names[proxy.database] ?? "") } }
      }
      return readings.sorted { $0.proxy < $1.proxy }
    }
  }

  func client(_ proxy: Enterprise.Proxy, named name: String, commandTimeout: Duration = bound) -> Client {
    doors.settings(of: name, settings).client(of: proxy.address, on: loop, commandTimeout: commandTimeout)
  }

  func read(_ proxy: Enterprise.Proxy, named name: String) async -> Enterprise.ProxyReading {
    let client = client(proxy, named: name)
    let answer = await Self.answer(of: client)
    await client.close()
    return Enterprise.ProxyReading(proxy, answer)
  }

  private static func answer(of client: Client) async -> Enterprise.ProxyReading.Answer {
    do throws(ClientError) {
      // A user who may not count is served all the same.
      let replies = try await client.pipeline([["PING"], ["DBSIZE"], ["INFO", "server"]])
      if let error = replies.first?.error { throw .server(error) }
      let version = replies[2].text.flatMap { text in
        text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("redis_version:") }
          .map { String($0.dropFirst("redis_version:".count)) }
      }
      return .serves(keys: replies[1].integer.map { Int($0) }, version: version)
    } catch {
      return error.closedDoor.map { .closed($0) } ?? .fails(error.sentence)
    }
  }
}

extension ClientError {
  /// Why we are not let in, or do not trust who answers: it says nothing about clients that know better. Else nil.
  var closedDoor: String? {
    switch self {
    case .server(let error) where error.code == "NOAUTH":
      "it wants a login: name one under databases in the profile"
    case .server(let error) where error.code == "WRONGPASS": "it refuses the login that the profile names"
    case .server(let error) where error.code == "NOPERM": "the login of the profile may not do it: \(error.message)"
    case .transport(let error, _) where error.code == .encryption: error.sentence
    default: nil
    }
  }
}
