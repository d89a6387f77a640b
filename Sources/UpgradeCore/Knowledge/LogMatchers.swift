// Lines of a server's log that say why it did not come up, or will not be what it was, as data with their source.

/// One text that servers write when something is wrong for good.
package struct LogMatcher: Hashable, Sendable {
  /// Part of the line, as servers write it.
  package let text: String
  /// What it means, in one clause.
  package let meaning: String
  /// What to do about it.
  package let advice: String
  package let source: String

  fileprivate init(_ text: String, _ meaning: String, do advice: String, source: String) {
    self.text = text
    self.meaning = meaning
    self.advice = advice
    self.source = source
  }
}

/// A matcher with the line that it was found in.
package struct LogFinding: Hashable, Sendable {
  package let matcher: LogMatcher
  package let line: String
}

package enum LogMatchers {
  /// What ends a start first, then what spoils a sync; where several are found, the last line of the log counts.
  package static let all: [LogMatcher] = [
    LogMatcher(
      "Can't handle RDB format version", "its dump was written by a newer version than it can read",
      do: "move the dump aside, so that it syncs from its primary, or put the newer version back",
      source: "redis src/rdb.c, rdbLoadRio"),
    LogMatcher(
      "Wrong signature trying to load DB from file", "its dump is no dump, or one of another product",
      do: "move the dump aside, so that it syncs from its primary", source: "redis src/rdb.c, rdbLoadRio"),
    LogMatcher(
      "RDB CRC error", "its dump is not as it was written: the checksum is wrong",
      do: "save again, and see whether the disk is sound", source: "redis src/redis-check-rdb.c"),
    LogMatcher(
      "Wrong RDB checksum", "its dump is not as it was written: the checksum is wrong",
      do: "save again, and see whether the disk is sound", source: "redis src/rdb.c, rdbLoadRio"),
    LogMatcher(
      "no matching module", "its data needs a module that is not loaded",
      do: "install the module for this version and load it in the configuration",
      source: "redis src/rdb.c, rdbLoadObject"),
    LogMatcher(
      "FATAL CONFIG FILE ERROR", "its configuration has a line that this version refuses",
      do: "the lines below it name the directive: take it out, then start it again",
      source: "redis src/config.c, loadServerConfigFromString"),
    LogMatcher(
      "FATAL AOF MANIFEST FILE ERROR", "the manifest of its append-only files is damaged",
      do: "put appendonlydir back from the backup, or move it aside and let it sync",
      source: "redis 7.0 src/aof.c, aofLoadManifestFromFile"),
    LogMatcher(
      "corrupted cluster config file", "its nodes.conf cannot be read",
      do: "put nodes.conf back from the backup of this run: without it the node has another name",
      source: "redis src/cluster.c, clusterLoadConfig"),
    LogMatcher(
      "Can't open or create append-only dir", "it may not make appendonlydir where its data is",
      do: "give its user the data directory", source: "redis 7.0 src/aof.c"),
    LogMatcher(
      "Error trying to save the DB, can't exit", "it could not write its last save, and did not stop",
      do: "make room on its disk, or give its user the data directory", source: "redis src/server.c, prepareForShutdown"
    ),
    LogMatcher(
      "Writing initial AOF, can't exit", "it is still writing its first append-only file, and did not stop",
      do: "wait until that is done", source: "redis src/server.c, prepareForShutdown"),
    LogMatcher(
      "Can't save in background: fork", "the system refuses it to fork",
      do: "sysctl vm.overcommit_memory=1, or free memory", source: "redis src/rdb.c, rdbSaveBackground"),
    LogMatcher(
      "Address already in use", "another process listens on its port",
      do: "see who: ss -ltnp, and end that first", source: "redis src/server.c, listenToPort"),
    LogMatcher(
      "Could not create server TCP listening socket", "it cannot listen where its configuration says",
      do: "compare bind and port with the addresses of its host", source: "redis src/server.c, listenToPort"),
    LogMatcher(
      "Out Of Memory allocating", "the system gave it no more memory", do: "free memory on its host",
      source: "redis src/server.c, redisOutOfMemoryHandler"),
    LogMatcher(
      "BUG REPORT START", "it crashed", do: "keep its log, put the old version back, and report the lines that follow",
      source: "redis src/debug.c"),
    LogMatcher(
      "Unable to AUTH to MASTER", "its primary refuses its login",
      do: "CONFIG SET masterauth (and masteruser) to what its primary asks for",
      source: "redis src/replication.c, syncWithMaster"),
    LogMatcher(
      "overcoming of output buffer limits", "its sync was cut: more was written meanwhile than its primary keeps",
      do: "raise client-output-buffer-limit of the class replica on its primary",
      source: "redis src/networking.c, closeClientOnOutputBufferLimitReached"),
    LogMatcher(
      "== CRITICAL == This replica is sending an error to its master",
      "it did not understand what its primary sent, and has not got it",
      do: "let it sync anew: start it without its data files", source: "redis src/networking.c, afterErrorReply"),
    LogMatcher(
      "Replica was unable to write command to disk", "it cannot write to its disk, and ends itself",
      do: "make room on its disk, or replica-ignore-disk-write-errors yes",
      source: "redis 7.0 src/server.c, processCommand"),
    LogMatcher(
      "Manual failover timed out", "its primary did not let it take over within 5 s",
      do: "see that it is in sync, and try again", source: "redis src/cluster.c, manualFailoverCheckTimeout"),
  ]

  /// The last line that any of them is found in; nil where the log says nothing of the kind.
  package static func find(in lines: some BidirectionalCollection<String>) -> LogFinding? {
    for line in lines.reversed() {
      // `BUG REPORT START` and `CONFIG FILE ERROR` are headings of what follows, so the newest heading counts.
      if let matcher = all.first(where: { line.contains($0.text) }) { return LogFinding(matcher: matcher, line: line) }
    }
    return nil
  }
}
