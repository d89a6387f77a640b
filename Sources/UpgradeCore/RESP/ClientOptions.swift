/// How the client introduces itself to a server, and how long and how much it will bear.
package struct ClientOptions: Sendable, Hashable {
  /// The ACL user; nil means `default`, the only one that servers before 6.0 know.
  package var user: String?
  package var password: Secret?

  /// What `CLIENT LIST` shows for us, so that an operator can tell our connections from those of applications.
  /// Bytes that the server would refuse (spaces, control characters) are sent as `-`.
  package var clientName: String?

  /// Ask for RESP3 with `HELLO 3`, falling back to RESP2 by itself where the server knows no better.
  package var preferRESP3: Bool

  package var limits: RESPLimits

  /// From the first packet to the end of the introduction (HELLO, AUTH, SETNAME).
  package var connectTimeout: Duration

  /// From `send` to the whole reply, connecting included, where the caller gives no other bound.
  package var commandTimeout: Duration

  /// How long after a failed attempt the next command may try to connect again.
  package var backoff: ReconnectBackoff

  package init(
    user: String? = nil,
    password: Secret? = nil,
    clientName: String? = nil,
    preferRESP3: Bool = true,
    limits: RESPLimits = RESPLimits(),
    connectTimeout: Duration = .seconds(3),
    commandTimeout: Duration = .seconds(5),
    backoff: ReconnectBackoff = ReconnectBackoff()
  ) {
    self.user = user
    self.password = password
    self.clientName = clientName
    self.preferRESP3 = preferRESP3
    self.limits = limits
    self.connectTimeout = connectTimeout
    self.commandTimeout = commandTimeout
    self.backoff = backoff
  }
}

/// What a server told about itself in reply to `HELLO`; all but the protocol is unknown on RESP2.
package struct ServerHello: Sendable, Hashable {
  /// 2 or 3.
  package var protocolVersion: Int
  /// `redis`, `valkey`, ...
  package var server: String?
  /// As the server writes it: `7.0.15`.
  package var version: String?
  /// The `id=` of this connection in `CLIENT LIST`.
  package var clientID: Int64?
  /// `standalone`, `cluster` or `sentinel`.
  package var mode: String?
  /// `master` or `replica` (redis networking.c, helloCommand).
  package var role: String?

  package init(
    protocolVersion: Int,
    server: String? = nil,
    version: String? = nil,
    clientID: Int64? = nil,
    mode: String? = nil,
    role: String? = nil
  ) {
    self.protocolVersion = protocolVersion
    self.server = server
    self.version = version
    self.clientID = clientID
    self.mode = mode
    self.role = role
  }
}
