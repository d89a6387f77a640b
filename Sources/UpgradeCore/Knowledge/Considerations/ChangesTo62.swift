// What Redis 5.0, 6.0 and 6.2 brought along that somebody may rely on being otherwise.

extension Considerations {
  static let changesTo62: [Consideration] = [
    .change(
      "replica-ignores-maxmemory", in: .redis, 5, 0, if: .directive("maxmemory", .positive),
      "Replicas do without maxmemory",
      "A replica no longer evicts by itself, and may need more memory than maxmemory (replica-ignore-maxmemory yes).",
      do: "See that its host has that memory.", source: "redis 5.0 release notes"),
    .change(
      "effects-of-scripts", in: .redis, 5, 0, if: .called(["eval", "evalsha"]), "Scripts replicate their effects",
      "What a script did is sent to replicas and written to the append-only file, no longer the script.",
      source: "redis 5.0 release notes"),
    .change(
      "redis-trib-gone", in: .redis, 5, 0,
      if: .unknowable("which tools you run against the cluster is not known here"), clusterOnly: true,
      "redis-trib.rb is gone", "It is part of redis-cli now.", do: "Write redis-cli --cluster in its place.",
      source: "redis 5.0 release notes"),
    .change(
      "users-and-passwords", in: .redis, 6, 0, if: .directive("requirepass", .set), "There are users",
      "requirepass is the password of the user default from now on, and an ACL file that sets one takes its place.",
      source: "redis 6.0 release notes; redis 6.0 redis.conf"),
    .change(
      "spop-of-nothing", in: .redis, 6, 0, if: .called(["spop"]), "SPOP of nothing",
      "SPOP with a count answers an empty list for a key that does not exist, no longer null.",
      source: "redis 6.0 release notes"),
    .change(
      "rewrite-needs-directory", in: .redis, 6, 0,
      if: .unknowable("whether the server may write there is not read"), "CONFIG REWRITE needs its directory",
      "From 6.0.9 on CONFIG REWRITE writes a new file beside the old one: it needs write permission on the directory.",
      do: "Let the server's user own the directory of its configuration.", source: "redis 6.0.9 release notes"),
    .change(
      "bind-missing-address", in: .redis, 6, 2, if: .directive("bind", .set), "An address that is not there",
      "A server does not start where `bind` names an address that the host does not have, unless a dash stands before "
        + "it.",
      do: "Compare the line with the addresses of the host; write -ADDRESS for one that may be missing.",
      source: "redis 6.2 release notes"),
    .change(
      "srandmember-type", in: .redis, 6, 2, if: .called(["srandmember"]), "SRANDMEMBER in RESP3",
      "To clients of RESP3 it answers with a list, no longer with a set.", source: "redis 6.2 release notes"),
    .change(
      "expiry-overflow", in: .redis, 6, 2, if: .called(["expire", "pexpire", "expireat", "pexpireat"]),
      "Expiries beyond all time", "An expiry too large for a 64-bit number of milliseconds is an error now.",
      source: "redis 6.2 release notes"),
    .change(
      "fsync-error-ends", in: .redis, 6, 2,
      if: .all([.appendOnly, .directive("appendfsync", .equals("always"))]), "A failed fsync ends the server",
      "With appendfsync always a server that cannot write its append-only file to disk ends itself.",
      do: "Watch the space on its disk.", source: "redis 6.2 release notes"),
  ]
}
