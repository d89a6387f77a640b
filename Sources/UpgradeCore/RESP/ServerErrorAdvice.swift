// What the codes of error replies mean for an operator, as data.

extension ServerError {
  /// The server's words, escaped, and what to do about them.
  package var sentence: String {
    let said = "the server answered \"\(PrintableBytes.escape(message.utf8, limit: 300))\""
    guard let advice else { return said }
    return said + ". " + advice
  }

  /// What an operator can do about this answer; nil where the server's own words are all there is to say.
  package var advice: String? {
    Self.adviceByText.first { message.contains($0.fragment) }?.advice ?? Self.adviceByCode[code]
  }

  /// Answers that share the code `ERR` and are told apart by their words.
  ///
  /// Source: redis networking.c (maxclients), acl.c (AUTH), server.c (unknown command, arity).
  private static let adviceByText: [(fragment: String, advice: String)] = [
    (
      "max number of clients reached",
      "Its `maxclients` is used up: close connections (CLIENT LIST shows whose) or raise it with CONFIG SET."
    ),
    (
      "wrong number of arguments for 'auth'",
      "This server is older than 6.0 and knows no users: leave out the user name."
    ),
    ("invalid password", "The password is wrong: check which one this server's `requirepass` holds."),
    ("DEBUG command not allowed", "Set `enable-debug-command local` in its configuration file and restart it."),
  ]

  /// Source: the shared error objects of redis server.c (`createSharedObjects`) and cluster.c.
  private static let adviceByCode: [String: String] = [
    "NOAUTH": "It wants a password: give one with --askpass or in REDISCLI_AUTH.",
    "WRONGPASS": "User or password is wrong, or the user is switched off: check with ACL LIST on the server.",
    "NOPERM": "The user may not do this: ACL GETUSER shows its rights, ACL SETUSER changes them.",
    "DENIED": "It is in protected mode: connect from its own host, or set a password or `bind` there.",
    "LOADING": "It is reading its data from disk: wait until INFO persistence says loading:0.",
    "MASTERDOWN": "It is a replica without link to its primary and may not serve stale data: mend the link first.",
    "READONLY": "It is a replica: the command belongs on the primary of this shard.",
    "MISCONF": "It cannot save to disk and therefore refuses writes: look at its log and its disk.",
    "BUSY": "A script or function runs there and does not end: SCRIPT KILL or FUNCTION KILL ends one that only reads.",
    "OOM": "It has used its `maxmemory`: free memory or raise the limit.",
    "NOREPLICAS": "Fewer replicas are in sync than `min-replicas-to-write` asks for.",
    "CLUSTERDOWN": "The cluster does not serve this slot now: look at CLUSTER NODES for what has failed.",
    "MOVED": "The slot belongs to another node: ask the one that is named.",
    "ASK": "The slot is on its way to another node: ask the one that is named, this once, after ASKING.",
    "TRYAGAIN": "The slot is on its way to another node and its keys are on both: try again when it has moved.",
    "NOPROTO": "It does not know this version of the protocol.",
  ]
}
