// What clients of databases of Redis Enterprise Software see: proxies, logins, and what one look through a proxy tells.

extension Enterprise {
  /// One way in to a database: the proxy of a node, at the database's port.
  package struct Proxy: Hashable, Comparable, Sendable {
    package var database: Int
    package var node: Int
    package var address: Address

    package init(database: Int, node: Int, address: Address) {
      self.database = database
      self.node = node
      self.address = address
    }

    package static func < (left: Proxy, right: Proxy) -> Bool {
      (left.database, left.node, left.address) < (right.database, right.node, right.address)
    }
  }

  /// As whom a database's proxies are called, and whom to trust there: places of secrets, never secrets.
  package struct ClientAccess: Hashable, Sendable {
    package var user: String?
    package var passwordFile: String?
    package var passwordVariable: String?
    /// nil: connections are plain.
    package var encryption: Encryption?

    /// PEM files; with none of them the authorities of this machine are trusted.
    package struct Encryption: Hashable, Sendable {
      /// The one certificate that is trusted, or those that sign.
      package var pinned: String?
      package var authorities: String?
      /// Our own certificate and its key, where clients have to show one.
      package var certificate: String?
      package var key: String?
      /// The name to hold certificates against; nil: the proxy's address.
      package var serverName: String?
      package init(
        pinned: String? = nil, authorities: String? = nil, certificate: String? = nil, key: String? = nil,
        serverName: String? = nil
      ) {
        self.pinned = pinned
        self.authorities = authorities
        self.certificate = certificate
        self.key = key
        self.serverName = serverName
      }
    }

    package init(
      user: String? = nil, passwordFile: String? = nil, passwordVariable: String? = nil,
      encryption: Encryption? = nil
    ) {
      self.user = user
      self.passwordFile = passwordFile
      self.passwordVariable = passwordVariable
      self.encryption = encryption
    }
  }

  /// What one look through a proxy told.
  package struct ProxyReading: Hashable, Sendable {
    package enum Answer: Hashable, Sendable {
      /// It serves; `keys` of the whole database, `version` of its Redis, each nil where it would not say.
      case serves(keys: Int?, version: String?)
      /// It is there, and we may not look: the reason.
      case closed(String)
      /// Whoever calls it gets no service: the reason.
      case fails(String)
    }

    package var proxy: Proxy
    package var answer: Answer

    package init(_ proxy: Proxy, _ answer: Answer) {
      self.proxy = proxy
      self.answer = answer
    }
  }
}

extension Enterprise.ClusterStatus {
  /// Every proxy address that databases of Redis have, in the order of their numbers.
  package var proxies: [Enterprise.Proxy] {
    endpoints.compactMap { endpoint in
      guard let database = databases.first(where: { $0.id == endpoint.database }), database.kind == "redis",
        let port = Address(database.endpoint)?.port, let node = nodes.first(where: { $0.id == endpoint.node })
      else { return nil }
      return Enterprise.Proxy(
        database: database.id, node: node.id, address: Address(host: node.address, port: port))
    }.sorted()
  }
}

extension Enterprise.Survey {
  /// The number of keys of a database, as the first proxy that serves it says; nil where none does.
  package func keys(ofDatabase number: Int) -> Int? {
    for reading in clients ?? [] where reading.proxy.database == number {
      if case .serves(let keys?, _) = reading.answer { return keys }
    }
    return nil
  }
}
