// What clients feel of any upgrade by way of hand-overs and restarts, where they use what is affected by it.

extension Considerations {
  static let hazardsForClients: [Consideration] = [
    .hazard(
      "waiting-clients", from: .any, to: .any, if: .blockedClients, withinLine: true, "Clients that wait are sent away",
      "Clients that wait in BLPOP, XREAD and the like get UNBLOCKED at the hand-over of their shard, and are "
        + "disconnected.",
      do: "See that they come back by themselves and wait anew.",
      source: "redis src/blocked.c, disconnectAllBlockedClients; redis src/replication.c"),
    .hazard(
      "transactions-end", from: .any, to: .any, if: .called(["watch"]), withinLine: true,
      "Watched transactions start anew",
      "A transaction with WATCH does not outlive a hand-over: its connection is sent on or ended.",
      do: "See that clients repeat a transaction that was not carried out.",
      source: "redis.io documentation, Transactions"),
    .hazard(
      "messages-missed", from: .any, to: .any, if: .called(["subscribe", "psubscribe", "ssubscribe"]),
      withinLine: true, "Messages are missed",
      "What is published while a subscriber is without connection never reaches it; each node that stops ends the "
        + "subscriptions at it.",
      do: "See that subscribers come back by themselves and can do without what they missed.",
      source: "redis.io documentation, Pub/Sub: delivery semantics"),
    .hazard(
      "events-missed", from: .any, to: .any, if: .directive("notify-keyspace-events", .set), withinLine: true,
      "Events of keys are missed",
      "Events of keys are messages: nobody hears them while a subscriber is without connection, and the directive has to "
        + "be in the file to be there after the restart.",
      do: "See that subscribers look at the data once they are back.",
      source: "redis.io documentation, Redis keyspace notifications"),
    .hazard(
      "scripts-forgotten", from: .any, to: .any, if: .called(["evalsha", "evalsha_ro"]), withinLine: true,
      "Loaded scripts do not outlive a restart",
      "A node that was restarted has no script in its cache: the first EVALSHA of each gets NOSCRIPT.",
      do: "See that clients fall back to EVAL, or load their scripts once more after each hand-over.",
      source: "redis.io documentation, Scripting with Lua: script cache semantics"),
    .hazard(
      "client-caches", from: .any, to: .any, if: .trackingClients, withinLine: true, "Caches of clients grow old",
      "A client that keeps a cache (CLIENT TRACKING) hears of no change while it is without connection.",
      do: "See that clients throw their cache away when they reconnect.",
      source: "redis.io documentation, Client-side caching: what happens when losing connection"),
    .hazard(
      "readers-of-replicas", from: .any, to: .any, if: .readersOfReplicas, clusterOnly: true, withinLine: true,
      "Readers of replicas meet restarts",
      "Clients that read from a replica lose it while it restarts, and get LOADING or MASTERDOWN until it is back.",
      do: "See that they go to another member of the shard meanwhile.",
      source: "redis.io documentation, READONLY; redis src/server.c, processCommand"),
    .hazard(
      "no-automatic-failover", from: .any, to: .any,
      if: .any([
        .directive("cluster-replica-no-failover", .equals("yes")),
        .directive("cluster-slave-no-failover", .equals("yes")),
      ]), clusterOnly: true, withinLine: true, "No replica steps in by itself",
      "With cluster-replica-no-failover a replica takes over only when it is asked to. Hand-overs of the run work; a "
        + "primary that dies meanwhile is replaced by nobody.",
      source: "redis.conf, cluster-replica-no-failover"),
  ]
}
