import SystemIO

extension Simulator {
  /// One client of a database's endpoint: its commands go on to the shard of their keys, the replies come back.
  ///
  /// Nothing is sent twice that a shard may have done: only a refusal by a shard that has just become a replica is
  /// followed to the new primary. What cannot be known to have happened costs the client its connection.
  actor ProxySession: LoopBound {
    nonisolated let loop: EventLoop
    private nonisolated let client: ClientStream
    private let view: ClusterView
    private let database: Int
    /// nil: no password is wanted.
    private let password: String?
    private let number: Int

    private var isKnown: Bool
    private var speaksThree = false
    private var backends: [Int: Backend] = [:]

    private struct Backend {
      let connection: Connection
      let port: Int
      let starts: Int
      var rest: [UInt8] = []
    }

    /// How long a command may wait for a hand-over to end.
    private static let patience = Duration.seconds(10)

    init(
      _ client: ClientStream, on loop: EventLoop, database: Int, password: String?, number: Int, view: ClusterView
    ) {
      self.loop = loop
      self.client = client
      self.database = database
      self.password = password
      self.number = number
      self.view = view
      isKnown = password == nil
    }

    func run() async {
      var buffer = CommandBuffer()
      reading: while true {
        let bytes = await client.read()
        guard !bytes.isEmpty else { break }
        buffer.append(bytes)
        do throws(CommandBuffer.Violation) {
          while let command = try buffer.next() {
            guard let reply = await reply(to: command), await client.write(reply) else { break reading }
            if command.name == "QUIT" { break reading }
          }
        } catch {
          _ = await client.write(Self.error("ERR Protocol error"))
          break
        }
      }
      for backend in backends.values { backend.connection.close() }
      client.close()
    }

    /// The bytes that answer a command; nil where nobody can say what became of it.
    private func reply(to command: ClientCommand) async -> [UInt8]? {
      switch command.name {
      case "AUTH":
        guard let given = command.text(command.words.count - 1), command.words.count > 1 else {
          return Self.error("ERR wrong number of arguments for 'auth' command")
        }
        return log(in: given) ? Self.ok : Self.wrongPassword
      case "HELLO": return hello(command)
      case "QUIT": return Self.ok
      default: break
      }
      guard isKnown else { return Self.error("NOAUTH Authentication required.") }
      switch command.name {
      case "PING": return command.words.count > 1 ? Self.bulk(command.words[1]) : Array("+PONG\r\n".utf8)
      case "ECHO" where command.words.count == 2: return Self.bulk(command.words[1])
      case "SELECT":
        return command.text(1) == "0" ? Self.ok : Self.error("ERR DB index is out of range")
      case "CLIENT":
        switch command.text(1)?.uppercased() {
        case "ID": return Array(":\(number)\r\n".utf8)
        case "GETNAME": return Array((speaksThree ? "_\r\n" : "$-1\r\n").utf8)
        default: return Self.ok
        }
      case "DBSIZE": return await sum(command)
      case "FLUSHALL", "FLUSHDB": return await all(command).map { $0.first ?? Self.ok }
      case "INFO": return await information(command)
      case "CLUSTER": return Self.error("ERR This instance has cluster support disabled")
      case "CONFIG", "ROLE", "WAIT", "SLOWLOG", "ACL", "SHUTDOWN", "REPLICAOF", "DEBUG", "SUBSCRIBE", "MULTI":
        return Self.error("ERR command is not allowed")
      default: return await passOn(command)
      }
    }

    // MARK: - Introductions

    private func log(in given: String) -> Bool {
      isKnown = password == nil || given == password
      return isKnown
    }

    private func hello(_ command: ClientCommand) -> [UInt8] {
      let words = (1..<max(1, command.words.count)).compactMap(command.text)
      if let place = words.firstIndex(where: { $0.uppercased() == "AUTH" }), place + 2 < words.count,
        !log(in: words[place + 2])
      {
        return Self.wrongPassword
      }
      guard isKnown else { return Self.error("NOAUTH HELLO must be called with the client already authenticated") }
      if let wanted = words.first {
        guard wanted == "2" || wanted == "3" else { return Self.error("NOPROTO unsupported protocol version") }
        if speaksThree != (wanted == "3") { forgetBackends() }
        speaksThree = wanted == "3"
      }
      let version = view.cluster.database(database)?.version ?? ""
      let fields =
        [("server", "$5\r\nredis"), ("version", "$\(version.utf8.count)\r\n\(version)")]
        + [("proto", ":\(speaksThree ? 3 : 2)"), ("id", ":\(number)"), ("mode", "$10\r\nstandalone")]
        + [("role", "$6\r\nmaster"), ("modules", "*0")]
      let head = speaksThree ? "%\(fields.count)" : "*\(fields.count * 2)"
      return Array((head + "\r\n" + fields.map { "$\($0.utf8.count)\r\n\($0)\r\n\($1)\r\n" }.joined()).utf8)
    }

    private func forgetBackends() {
      for backend in backends.values { backend.connection.close() }
      backends = [:]
    }

    // MARK: - Passing on

    private func passOn(_ command: ClientCommand) async -> [UInt8]? {
      guard let database = view.cluster.database(database) else { return nil }
      let owners = Set(
        command.keys.map { key in
          let slot = ForeignSlot.of(key)
          return database.shards.first { $0.slots.contains(slot) }?.slots.lowerBound ?? 0
        })
      guard owners.count < 2 else {
        return Self.error("CROSSSLOT Keys in request don't hash to the same slot")
      }
      let first = database.shards.map(\.slots.lowerBound).min() ?? 0
      return await exchange(command.bytes, slot: owners.first ?? first)
    }

    /// The replies of all shards, by their slots.
    private func all(_ command: ClientCommand) async -> [[UInt8]]? {
      let slots = Set(view.cluster.database(database)?.shards.map(\.slots.lowerBound) ?? []).sorted()
      var replies: [[UInt8]] = []
      for slot in slots {
        guard let reply = await exchange(command.bytes, slot: slot) else { return nil }
        replies.append(reply)
      }
      return replies
    }

    private func sum(_ command: ClientCommand) async -> [UInt8]? {
      guard let replies = await all(command) else { return nil }
      var total = 0
      for reply in replies {
        guard reply.first == UInt8(ascii: ":"),
          let number = Int(String(decoding: reply.dropFirst().dropLast(2), as: UTF8.self))
        else { return reply }
        total += number
      }
      return Array(":\(total)\r\n".utf8)
    }

    /// The first shard's, with the version that the cluster calls its own.
    private func information(_ command: ClientCommand) async -> [UInt8]? {
      guard let reply = await passOn(command), reply.first == UInt8(ascii: "$") || reply.first == UInt8(ascii: "="),
        let database = view.cluster.database(database)
      else { return nil }
      let text = String(decoding: reply, as: UTF8.self)
      let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false).dropFirst().dropLast()
      let told = lines.filter { !$0.hasPrefix("valkey_") }.map { line in
        line.hasPrefix("redis_version:") ? "redis_version:\(database.version)" : String(line)
      }
      return Self.bulk(Array(told.joined(separator: "\r\n").utf8))
    }

    /// Sends to the primary of these slots and waits for its reply.
    private func exchange(_ bytes: [UInt8], slot: Int) async -> [UInt8]? {
      let deadline = loop.now + Self.patience
      while true {
        guard let shard = view.cluster.database(database)?.primaries.first(where: { $0.slots.lowerBound == slot })
        else { return nil }
        if shard.status == .loading { return Self.error("LOADING Redis is loading the dataset in memory") }
        guard shard.status == .ok, let reply = await ask(shard, bytes, slot) else { return nil }
        guard reply.starts(with: Array("-READONLY".utf8)), loop.now < deadline else { return reply }
        // It was handed over, and nothing was done: the cluster is about to say to whom.
        try? await loop.sleep(for: .milliseconds(5))
      }
    }

    private func ask(_ shard: Shard, _ bytes: [UInt8], _ slot: Int) async -> [UInt8]? {
      if let known = backends[slot], known.port != shard.port || known.starts != shard.starts {
        known.connection.close()
        backends[slot] = nil
      }
      if backends[slot] == nil { backends[slot] = await connect(to: shard) }
      guard var backend = backends[slot] else { return nil }
      do throws(SystemError) {
        try await backend.connection.write(bytes, within: Self.patience)
        while true {
          if let length = ReplyFrame.length(of: backend.rest) {
            let reply = Array(backend.rest[..<length])
            backend.rest.removeFirst(length)
            backends[slot] = backend
            return reply
          }
          let piece = try await backend.connection.read(upTo: 1 << 16)
          guard !piece.isEmpty else { throw SystemError(.connectionReset, "read from", "a shard") }
          backend.rest += piece
        }
      } catch {
        backend.connection.close()
        backends[slot] = nil
        return nil
      }
    }

    private func connect(to shard: Shard) async -> Backend? {
      let place = Endpoint.tcp(host: ShardServers.address, port: shard.port)
      guard let connection = try? await Connection.connect(to: place, on: loop, within: .seconds(2)) else { return nil }
      let backend = Backend(connection: connection, port: shard.port, starts: shard.starts)
      guard speaksThree else { return backend }
      var answer: [UInt8] = []
      guard
        (try? await connection.write(ClientCommand(words: [Array("HELLO".utf8), [UInt8(ascii: "3")]]).bytes)) != nil
      else { return nil }
      while ReplyFrame.length(of: answer) == nil {
        guard let piece = try? await connection.read(upTo: 1 << 16), !piece.isEmpty else { return nil }
        answer += piece
      }
      return backend
    }

    // MARK: - Words

    private static let ok = Array("+OK\r\n".utf8)
    private static let wrongPassword = error("WRONGPASS invalid username-password pair or user is disabled.")

    private static func error(_ text: String) -> [UInt8] { Array("-\(text)\r\n".utf8) }
    private static func bulk(_ bytes: [UInt8]) -> [UInt8] { Array("$\(bytes.count)\r\n".utf8) + bytes + [13, 10] }
  }
}
