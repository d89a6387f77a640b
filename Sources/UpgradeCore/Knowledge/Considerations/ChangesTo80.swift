// What Redis 7.2, 7.4 and 8 brought along.

extension Considerations {
  private static let blocking = [
    "blpop", "brpop", "blmove", "brpoplpush", "blmpop", "bzpopmin", "bzpopmax", "bzmpop", "xread", "xreadgroup",
  ]
  private static let engines: Set<String> = ["search", "searchlight", "rejson", "timeseries", "bf"]

  static let changesTo80: [Consideration] = [
    .change(
      "unblocked-are-checked", in: .redis, 7, 2, if: .called(blocking), "Blocked commands are checked again",
      "When a blocked command goes on, permissions and memory are checked once more, so that it can end with an error; "
        + "a blocked read of a stream that is deleted gets another error.",
      source: "redis 7.2 release notes; redis/redis#11012"),
    .change(
      "rules-as-written", in: .redis, 7, 2, if: .severalUsers, "ACL LIST prints rules as they were written",
      "Redundant rules of users stay in ACL LIST, ACL GETUSER and ACL SAVE, and errors of permission are worded anew: "
        + "a comparison of texts finds differences where nothing changed.",
      source: "redis 7.2 release notes; redis/redis#11224, #11160"),
    .change(
      "time-stands-still", in: .redis, 7, 2, if: .called(["eval", "evalsha", "fcall"]), "Time stands still in scripts",
      "Inside of a script TIME does not go on and no key expires: a script that waits for either never ends.",
      source: "redis 7.2 release notes; redis/redis#10300"),
    .change(
      "tracking-of-scripts", in: .redis, 7, 2,
      if: .unknowable("which clients keep a cache is not read", within: .called(["eval", "evalsha"])),
      "Client-side caches and scripts",
      "The keys that a script reads are tracked, no longer those that its caller names.",
      source: "redis 7.2 release notes; redis/redis#11770"),
    .change(
      "server-name-in-tls", in: .redis, 7, 2,
      if: .any([.directive("tls-replication", .equals("yes")), .directive("tls-cluster", .equals("yes"))]),
      "Replicas send the server's name in TLS",
      "A replica names its primary in the handshake (SNI): whatever routes by that name sees it.",
      source: "redis 7.2 release notes; redis/redis#11458"),
    .change(
      "consumers-come-sooner", in: .redis, 7, 2, if: .called(["xreadgroup", "xclaim", "xautoclaim"]),
      "Consumers of streams",
      "A consumer is created even where it got nothing; XINFO CONSUMERS counts idle from the last attempt and has "
        + "inactive for the last success.",
      source: "redis 7.2 release notes; redis/redis#11099"),
    .change(
      "quit-is-deprecated", in: .redis, 7, 2, if: .called(["quit"]), "QUIT is deprecated",
      "It still works. Clients had better just close their connection.",
      source: "redis.io documentation, QUIT"),
    .change(
      "licence", in: .redis, 7, 4, "Another licence",
      "From 7.4 on Redis is no longer under the BSD licence: RSALv2 or SSPLv1, from 8.0 on also AGPLv3.",
      do: "Ask whoever answers for licences at your place.", source: "redis 7.4 and 8.0 LICENSE.txt"),
    .change(
      "script-cache-bounded", in: .redis, 7, 4, if: .called(["evalsha"]), "The cache of scripts is bounded",
      "The cache of scripts that came by EVAL holds 500: EVALSHA of an older one gets NOSCRIPT.",
      do: "See that clients fall back to EVAL, or load their scripts with SCRIPT LOAD.",
      source: "redis 7.4 release notes; redis 7.4 src/eval.c"),
    .change(
      "transactions-are-bounded", in: .redis, 7, 4,
      if: .unknowable("how large transactions are is not read", within: .called(["multi"])),
      "Transactions are bounded",
      "All commands that wait in one MULTI count against client-query-buffer-limit, 1 GB by default.",
      source: "redis 7.4 release notes"),
    .change(
      "modules-bundled", in: .redis, 8, 0, if: .module(engines), "Modules are part of the server",
      "Search, JSON, time series and Bloom filters come with the server, and it does not start with a second copy.",
      do: "Take their loadmodule lines out of the configuration, and let the new one load what comes with it.",
      source: "redis 8.0 release notes"),
    .change(
      "categories-grow", in: .redis, 8, 0, if: .categories, "ACL categories hold more commands",
      "Categories contain the commands of the bundled modules: +@read grants FT.SEARCH, -@write takes JSON.SET away.",
      do: "Look at the rules of these users before they meet the new version.", source: "redis 8.0 release notes"),
    .change(
      "threads-for-input", in: .redis, 8, 0, if: .directive("io-threads", .differs("1")), "Threads work otherwise",
      "With io-threads clients are read, parsed and answered on those threads: another load on each processor.",
      do: "Measure before you keep the number.", source: "redis 8.0 release notes"),
    .change(
      "append-only-repair", in: .redis, 8, 4, if: .appendOnly, "Damaged ends of append-only files",
      "A damaged end of the append-only file can be cut off at the start where aof-load-corrupt-tail-max-size allows "
        + "it.",
      source: "redis 8.4 release notes"),
    .change(
      "search-scores", in: .redis, 8, 4, if: .any([.module(["search", "searchlight"]), .called(["ft.search"])]),
      "Searches are ranked otherwise", "The default score of texts is BM25STD.",
      source: "redis 8.4 release notes"),
    .change(
      "syncs-are-larger", in: .redis, 8, 6, if: .directive("repl-diskless-sync", .equals("yes")),
      "Full syncs are larger",
      "A full sync without a file is sent uncompressed: more for the network, less to compute.",
      source: "redis 8.6 release notes"),
    .change(
      "search-workers", in: .redis, 8, 8, if: .any([.module(["search", "searchlight"]), .called(["ft.search"])]),
      "Searches use threads", "The default number of threads that search changed.", source: "redis 8.8 release notes"),
    .change(
      "stricter-bus", in: .redis, 8, 10, clusterOnly: true, "Stricter on the cluster bus",
      "Packets between nodes are checked more strictly, and redis-cli --cluster reshard moves slots as a whole.",
      source: "redis 8.10 release notes"),
  ]
}
