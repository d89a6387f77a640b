// What many nodes cost: checks and `watch` over simulated servers on real sockets, and the plan for a simulated cluster.

import SystemIO
import UpgradeCore
import UpgradeRuntime
import World

/// The cost for each node, at several sizes: it may not grow with their number.
struct SizeBenchmark {
  let loop: EventLoop
  let program: String

  func run() async throws {
    for count in [100, 200, 500, 1000] { plan(count) }
    for count in [50, 100, 200] {
      let servers = try LyingServers(count, on: loop)
      defer { servers.close() }
      let checks = try await processorTime(of: [program, "check", servers.target, "--to", "7.0.15", "--plain"])
      say("check", count, checks / Double(count), "ms of processor time a node")
      let short = try await processorTime(of: watching(servers, seconds: 2))
      let long = try await processorTime(of: watching(servers, seconds: 12))
      say("watch", count, (long - short) / Double(count * 10), "ms of processor time a node and second")
    }
  }

  /// In this process: nothing but the procedure, from the first situation to the end.
  private func plan(_ count: Int) {
    let addresses = (0..<count).map { Address(host: "10.0.\($0 / 250).\($0 % 250 + 1)", port: 6379) }
    let situation = CrowdedCluster(addresses).situation()
    var times: [Double] = []
    var steps = 0
    for _ in 0..<3 {
      let begun = loop.now
      steps = ClusterProcedure().unfold(situation).steps.count
      times.append((loop.now - begun).seconds * 1000)
    }
    say("plan", count, times.sorted()[1] / Double(count), "ms a node, \(steps) steps")
  }

  private func watching(_ servers: LyingServers, seconds: Int) -> [String] {
    ["timeout", "--signal=INT", "\(seconds)", program, "watch", servers.target, "--plain"]
  }

  /// User and system time of a command, milliseconds, as the shell counts them.
  private func processorTime(of words: [String]) async throws -> Double {
    let outcome = try await ChildProcess.run(
      ChildCommand(
        "sh", ["-c", #""$@" >/dev/null 2>&1; times"#, "sh"] + words, environment: .changed(["TERM": "dumb"])),
      on: loop, within: .seconds(300))
    let last = String(decoding: outcome.output, as: UTF8.self).split(separator: "\n").last ?? ""
    // `0m1.230s 0m0.040s`, user and system time of what the shell waited for.
    return last.split(separator: " ").reduce(0) { sum, word in
      let parts = word.dropLast().split(separator: "m").compactMap { Double($0) }
      return sum + (parts.count == 2 ? (parts[0] * 60 + parts[1]) * 1000 : 0)
    }
  }

  private func say(_ what: String, _ count: Int, _ value: Double, _ unit: String) {
    let hundredths = Int((value * 100).rounded())
    print("\(what), \(count) nodes: \(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100) \(unit)")
  }
}

/// Simulated servers of a cluster that is well, each on a port of its own on 127.0.0.1.
private final class LyingServers {
  private let listeners: [Listener]
  let target: String

  init(_ count: Int, on loop: EventLoop) throws {
    var listeners: [Listener] = []
    var addresses: [Address] = []
    for _ in 0..<count {
      let listener = try Listener.listen(on: .tcp(host: "127.0.0.1", port: 0), loop: loop)
      guard case .tcp(_, let port) = listener.endpoint else { continue }
      listeners.append(listener)
      addresses.append(Address(host: "127.0.0.1", port: Int(port)))
    }
    self.listeners = listeners
    target = "redis://\(addresses[0])"
    let cluster = CrowdedCluster(addresses)
    for (node, listener) in zip(cluster.nodes, listeners) {
      let voice = Voice(node, of: cluster)
      _ = loop.task {
        while let connection = try? await listener.accept() {
          _ = loop.task { await voice.speak(through: connection) }
        }
      }
    }
  }

  func close() { for listener in listeners { listener.close() } }
}

/// What one server says. Nothing changes in the cluster, so each answer is made once.
private struct Voice: Sendable {
  private let answers: [String: [UInt8]]

  init(_ node: NodeID, of cluster: CrowdedCluster) {
    func bulk(_ text: String) -> [UInt8] { Array("$\(text.utf8.count)\r\n\(text)\r\n".utf8) }
    func list(_ texts: [String]) -> [UInt8] { Array("*\(texts.count)\r\n".utf8) + texts.flatMap(bulk) }
    var answers: [String: [UInt8]] = [:]
    for words in [["INFO"], ["CLUSTER", "INFO"], ["CLUSTER", "NODES"], ["CONFIG", "GET", "*"]] {
      switch cluster.answer(node, words) {
      case .text(let text): answers[words.joined(separator: " ")] = bulk(text)
      case .list(let texts): answers[words.joined(separator: " ")] = list(texts)
      default: break
      }
    }
    answers["ACL LIST"] = list(["user default on nopass ~* &* +@all"])
    answers["ACL WHOAMI"] = bulk("default")
    answers["MODULE LIST"] = list([])
    answers["CLIENT LIST"] = bulk("id=1 addr=127.0.0.1:1 name= cmd=client|list\n")
    self.answers = answers
  }

  func speak(through connection: Connection) async {
    var rest: [UInt8] = []
    while let bytes = try? await connection.read(upTo: 1 << 16), !bytes.isEmpty {
      rest += bytes
      var said: [UInt8] = []
      while let words = Self.takeCommand(off: &rest) { said += answer(words) }
      guard (try? await connection.write(said)) != nil else { break }
    }
    connection.close()
  }

  private func answer(_ words: [String]) -> [UInt8] {
    if let known = answers[words.joined(separator: " ")] { return known }
    if words.starts(with: ["CONFIG", "GET"]) { return answers["CONFIG GET *"] ?? [] }
    return Array((words[0] == "CLIENT" ? "+OK\r\n" : "-ERR syntax error\r\n").utf8)
  }

  private static func takeCommand(off bytes: inout [UInt8]) -> [String]? {
    var index = 0
    func line() -> String? {
      guard let end = bytes[index...].firstIndex(of: 13), end + 1 < bytes.count else { return nil }
      defer { index = end + 2 }
      return String(decoding: bytes[index..<end], as: UTF8.self)
    }
    guard let head = line(), let count = Int(head.dropFirst()) else { return nil }
    var words: [String] = []
    for _ in 0..<count {
      guard let size = line().flatMap({ Int($0.dropFirst()) }), index + size + 2 <= bytes.count else { return nil }
      words.append(String(decoding: bytes[index..<index + size], as: UTF8.self))
      index += size + 2
    }
    bytes.removeFirst(index)
    return words
  }
}
