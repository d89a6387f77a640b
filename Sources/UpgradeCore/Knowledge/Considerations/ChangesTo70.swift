// What Redis 7.0 brought along, the largest step of all; Valkey has all of it.

extension Considerations {
  private static let scripts = ["eval", "evalsha"]

  static let changesTo70: [Consideration] = [
    .change(
      "channels-reset", in: .redis, 7, 0, if: .silentAboutChannels, "Users lose Pub/Sub",
      "Users whose line in the configuration or ACL file says nothing about channels may use none, since "
        + "acl-pubsub-default becomes resetchannels. That goes for the user default as well.",
      do: "Before the upgrade write the channels down: CONFIG REWRITE, or ACL SAVE with an ACL file, on 6.2 (which "
        + "writes &* for them); or put acl-pubsub-default allchannels into the new version's configuration.",
      source: "redis 7.0 release notes; redis/redis#10181"),
    .change(
      "duplicate-users", in: .redis, 7, 0,
      if: .duplicateUsers,
      "A user who is declared twice",
      "Two lines for one user, which were taken until now, keep the server from starting.",
      do: "See that each name stands once in the configuration or ACL file.",
      source: "redis 7.0 release notes; redis/redis#9330"),
    .change(
      "protected-mode-stays", in: .redis, 7, 0,
      if: .all([
        .directive("protected-mode", .equals("yes")), .directive("requirepass", .empty),
        .directive("bind", .beyondLoopback),
      ]), "Clients from other hosts are refused",
      "A `bind` line no longer switches protected mode off: without a password for the user default, clients that do "
        + "not come over the loopback interface get DENIED.",
      do: "Set a password, or protected-mode no, before the upgrade.",
      source: "redis 7.0 release notes; redis/redis#9034"),
    .change(
      "debug-refused", in: .redis, 7, 0, if: .called(["debug"]), "DEBUG is refused",
      "DEBUG is switched off by default (enable-debug-command no).",
      do: "Where it is wanted: enable-debug-command local, or yes, in the new version's configuration.",
      source: "redis 7.0 release notes; redis/redis#9920"),
    .change(
      "protected-commands", in: .redis, 7, 0,
      if: .unknowable("INFO does not tell MODULE LOAD from MODULE LIST before 7.0, nor what CONFIG SET was about"),
      "Protected commands and settings",
      "MODULE LOAD, and CONFIG SET of dir or dbfilename, are refused by default (enable-module-command, "
        + "enable-protected-configs).",
      do: "Where a tool needs them: yes or local in the new version's configuration.",
      source: "redis 7.0 release notes; redis/redis#9920"),
    .change(
      "replica-disk-errors", in: .redis, 7, 0, if: .any([.appendOnly, .directive("save", .set)]),
      "A replica that cannot write ends itself",
      "A replica whose last save or append failed ends itself at the next write of its primary "
        + "(replica-ignore-disk-write-errors no).",
      do: "Watch the space on its disk.", source: "redis 7.0 release notes; redis/redis#10504"),
    .change(
      "diskless-default", in: .redis, 7, 0,
      if: .all([.directive("repl-diskless-sync", .equals("no")), .unstored("repl-diskless-sync")]),
      "Full syncs without a file",
      "Full syncs are sent without a file by default (repl-diskless-sync yes), and start up to 5 s later.",
      source: "redis 7.0 release notes; redis/redis#10092"),
    .change(
      "shutdown-waits", in: .redis, 7, 0, "A shutdown waits for replicas",
      "A primary that is stopped waits up to 10 s for its replicas, with writes paused (shutdown-timeout).",
      do: "Let the service manager wait longer than that (systemd: TimeoutStopSec).",
      source: "redis 7.0 release notes; redis/redis#9872"),
    .change(
      "scripts-not-replicated", in: .redis, 7, 0, if: .called(["evalsha", "script"]),
      "Loaded scripts stay where they are",
      "Scripts of SCRIPT LOAD are not sent to replicas: after a hand-over clients that send EVALSHA get NOSCRIPT.",
      do: "See that clients fall back to EVAL, or load their scripts on every node.",
      source: "redis 7.0 release notes; redis/redis#9812"),
    .change(
      "verbatim-scripts-gone", in: .redis, 7, 0, if: .directive("lua-replicate-commands", .equals("no")),
      "Scripts are never replicated as text", "lua-replicate-commands no is read and has no effect.",
      source: "redis 7.0 release notes; redis/redis#9812"),
    .change(
      "lua-is-narrower", in: .redis, 7, 0,
      if: .unknowable("what scripts do is not read", within: .called(scripts)), "Scripts may do less",
      "print() is gone from Lua, and a script that changes global tables fails.",
      do: "Run your scripts against the new version once.",
      source: "redis 7.0 release notes; redis/redis#10651"),
    .change(
      "stralgo-gone", in: .redis, 7, 0,
      if: .any([.called(["stralgo"]), .stored("rename-command stralgo")]), "STRALGO is gone",
      "LCS does its work on keys. A rename-command line for STRALGO keeps the server from starting.",
      do: "Write LCS in its place.", source: "redis 7.0 release notes; redis/redis#9799"),
    .change(
      "gopher-gone", in: .redis, 7, 0,
      if: .stored("gopher-enabled"), "Gopher is gone",
      "A server does not start with a line gopher-enabled, whatever it says.",
      do: "Take such a line out of the configuration.", source: "redis 7.0 release notes; redis/redis#9057"),
    .change(
      "admin-in-transactions", in: .redis, 7, 0,
      if: .unknowable("what runs inside of transactions is not counted", within: .called(["multi"])),
      "Fewer commands in transactions", "SAVE, SHUTDOWN and other administrative commands are refused inside of MULTI.",
      source: "redis 7.0 release notes; redis/redis#10015"),
    .change(
      "ping-of-stale-replicas", in: .redis, 7, 0, if: .directive("replica-serve-stale-data", .equals("no")),
      "PING of a stale replica",
      "A replica without its primary that serves no stale data answers PING with MASTERDOWN.",
      do: "Let health checks of replicas expect it.", source: "redis 7.0 release notes; redis/redis#9757"),
    .change(
      "claims-of-deleted-entries", in: .redis, 7, 0, if: .called(["xclaim", "xautoclaim"]), "Claims of deleted entries",
      "XCLAIM and XAUTOCLAIM leave deleted entries out, where they answered null, and XAUTOCLAIM answers one element "
        + "more.",
      source: "redis 7.0 release notes; redis/redis#10227"),
    .change(
      "pop-of-nothing", in: .redis, 7, 0, if: .called(["lpop", "rpop"]), "LPOP and RPOP of nothing",
      "With a count they answer a null list for a key that does not exist, where they answered null.",
      source: "redis 7.0 release notes; redis/redis#10095"),
    .change(
      "sort-by-other-keys", in: .redis, 7, 0, if: .all([.called(["sort"]), .severalUsers]), "SORT with BY and GET",
      "A user who may not use every key is refused the patterns BY and GET.",
      source: "redis 7.0 release notes; redis/redis#10340"),
    .change(
      "statistics-by-subcommand", in: .redis, 7, 0,
      if: .unknowable("which tools read INFO is not known here"), "Statistics have other names",
      "INFO commandstats counts sub-commands by themselves (cmdstat_client|list), and many errors are worded anew.",
      do: "See what your monitoring reads.", source: "redis 7.0 release notes; redis/redis#9504, #10612"),
  ]
}
