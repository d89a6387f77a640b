// What Valkey brought along, for whoever comes from Redis or from an earlier Valkey.

extension Considerations {
  static let changesOfValkey: [Consideration] = [
    .change(
      "names-change", in: .valkey, 7, 2, "Everything has another name",
      "Binaries, units and files are called valkey-*, and INFO keeps saying redis_version:7.2.4: tools must read "
        + "valkey_version.",
      do: "Change packages, units, paths and monitoring along with it.",
      source: "valkey-io/valkey-doc topics/migration.md"),
    .change(
      "words-of-logs", in: .valkey, 8, 0, if: .unknowable("which tools read logs and errors is not known here"),
      "Logs and errors use other words",
      "Logs say PRIMARY for MASTER, and error replies no longer name Redis (extended-redis-compatibility yes keeps "
        + "some of it).",
      do: "See what your monitoring looks for.", source: "valkey 8.0 release notes; valkey 8.0 valkey.conf"),
    .change(
      "empty-names-refused", in: .valkey, 8, 0,
      if: .any([.directive("dbfilename", .empty), .directive("dir", .empty)]), "Empty names are refused",
      "A server does not start with an empty dir or dbfilename.", do: "Give them names.",
      source: "valkey 8.0 src/config.c"),
    .change(
      "larger-backlog", in: .valkey, 8, 0,
      if: .all([.directive("repl-backlog-size", .equals("1048576")), .unstored("repl-backlog-size")]),
      "A larger backlog",
      "The default of repl-backlog-size is 10 MB, up from 1 MB.",
      source: "valkey 8.0 release notes"),
    .change(
      "lazy-by-default", in: .valkey, 8, 0,
      if: .all([.directive("lazyfree-lazy-user-del", .equals("no")), .unstored("lazyfree-lazy-user-del")]),
      "Keys are freed in the background",
      "Deleted, expired and evicted keys are freed in the background by default (lazyfree-lazy-* yes).",
      source: "valkey 8.0 release notes; valkey 8.0 valkey.conf"),
    .change(
      "other-memory", in: .valkey, 8, 1, if: .directive("maxmemory", .positive), "Keys take less memory",
      "A new hash table takes less memory for each key: the same maxmemory holds more keys.",
      source: "valkey 8.1 release notes"),
    .change(
      "failover-at-shutdown", in: .valkey, 9, 0, clusterOnly: true, "A primary can hand over when it is shut down",
      "With auto-failover-on-shutdown yes, which is not the default, a primary that is shut down hands over by itself.",
      source: "valkey 9.0 release notes"),
    .change(
      "lua-is-a-module", in: .valkey, 9, 1, if: .called(["eval", "evalsha", "fcall"]), "The Lua engine is a module",
      "Scripts need the module of the Lua engine, which is a file of its own.",
      do: "See that its package is installed, or scripts fail.", source: "valkey 9.1 release notes"),
  ]
}
