// What is run on a host to start a temporary server beside a single one, and to take it away: commands of the holder.

import UpgradeCore

/// The two commands; both can be run again, and each cleans up after one that was cut off.
struct TemporaryScript: Hashable, Sendable {
  /// The profile's command line that prints where the wanted version's program is.
  var program: String
  var version: String
  /// The server's configuration file and data directory: relative paths are meant from there.
  var configFile: String
  var directory: String
  /// The server's process: the temporary one runs as its user.
  var processID: Int
  var primary: Address
  var port: Int
  var folder: String
  var memory: Int
  var usesTLS: Bool

  /// nil where the run has no temporary server, or cannot start one.
  init?(_ setup: Setup) {
    guard let temporary = setup.temporary, let old = setup.stoodInFor.flatMap(setup.node),
      let program = setup.site.command(.program, old.id)
    else { return nil }
    self.program = program
    version = temporary.node.release.version.description
    configFile = old.configFile
    directory = old.directory
    processID = old.processID
    primary = old.address
    port = temporary.node.address.port
    folder = temporary.node.directory
    memory = temporary.memory
    usesTLS = setup.encryption != nil
  }

  /// Makes the folder, copies the configuration into it, and starts the program with that; it ends once the server is
  /// ready, and leaves nothing behind where it is not. Passwords go from file to file, and are on no command line.
  var start: String {
    """
    umask 077
    \(SupervisorScript.following)
    \(words)
    need=\(memory) config=\(ShellQuoting.word(configFile)) home=\(ShellQuoting.word(directory))
    command=\(ShellQuoting.word(program)) process=\(processID) wanted=\(version)
    say() { printf '%s\\n' "$*"; }
    \(Self.identity)
    if [ -e "$room" ] || [ -L "$room" ]; then
      ours || fail "$room is there already, and is no folder of a temporary server"
      find_server && fail "a temporary server of before still runs there: process $server"
      was_primary && fail "the temporary server of before ended as the primary; its data is in $room: move it away"
      rm -rf -- "$room"
    fi
    free=0
    while read -r field value _; do
      case $field in MemAvailable:) free=$((value * 1024)) ;; esac
    done </proc/meminfo
    [ "$free" -ge "$need" ] ||
      fail "$((need / 1048576)) MB of memory are wanted for it, and $((free / 1048576)) MB are free"
    [ -r "$config" ] || fail "the configuration $config cannot be read by $(id -un)"
    mkdir "$room" && : >"$room/$sign" || fail "no folder can be made at $room by $(id -un)"
    scratch=$room ready=
    finish() {
      trap - EXIT
      [ -n "$ready" ] && exit 0
      if find_server; then kill -KILL "$server" 2>/dev/null; fi
      rm -rf -- "$room"
      exit 1
    }
    trap finish EXIT
    trap 'exit 1' HUP INT TERM PIPE
    \(SupervisorScript.masking)
    \(SupervisorScript.findingProgram)
    [ "$version" = "$wanted" ] || fail "$program is version $version, not $wanted"
    \(SupervisorScript.copyingFunction(leavingOut: "port | replica-announce-* | slave-announce-*"))
    copy <"$config" >"$room/new.conf"
    cat >>"$room/new.conf" <<END

    \(listening)
    dir "$room"
    daemonize no
    pidfile "$room/server.pid"
    logfile "$room/server.log"
    loglevel notice
    replicaof \(primary.host) \(primary.port)
    END
    # Half a configuration would look like that of a primary.
    mv -- "$room/new.conf" "$room/server.conf"
    [ -z "$as" ] || chown -R "$owner" "$room" || fail "$room cannot be given to $owner"
    session=
    command -v setsid >/dev/null 2>&1 && session=setsid
    (
      trap - INT TERM PIPE EXIT
      trap '' HUP
      cd "$room" && exec $session $as "$program" "$room/server.conf"
    ) </dev/null >"$room/said" 2>&1 &
    server=$!
    born "$server" && echo "$server $born" >"$room/process"
    latest=$(($(date +%s) + 60))
    while born "$server"; do
      grep -q 'eady to accept connections' "$room/server.log" 2>/dev/null && ready=yes && break
      [ "$(date +%s)" -le "$latest" ] || break
      sleep 0.05 2>/dev/null || sleep 1
    done
    if [ -z "$ready" ]; then
      cat "$room/said" "$room/server.log" 2>/dev/null | masked | grep -v '^ *$' | tail -n 8
      fail "the temporary server did not become ready"
    fi
    echo "$program $version runs at port $port, process $server"
    exit 0
    """
  }

  /// Ends the process and removes the folder, where that is what the temporary server left; `{pid}` is what it says of
  /// itself right before, 0 where nobody listens. What ended as a primary is kept, under another name.
  var stop: String {
    """
    umask 077
    \(SupervisorScript.following)
    \(words)
    said={pid}
    \(Self.identity)
    if [ ! -e "$room" ]; then
      [ "$said" = 0 ] || fail "process $said listens there, and the folder $room is gone: nothing was ended"
      echo "nothing of it is there any more"
      exit 0
    fi
    ours || fail "$room is no folder of a temporary server"
    if find_server; then
      [ "$said" = 0 ] || [ "$said" = "$server" ] ||
        fail "process $said listens there, and the temporary server is process $server: nothing was ended"
      was_primary && fail "its configuration or its log says that it is the primary: nothing was ended"
      kill -TERM "$server"
      its=$born
      latest=$(($(date +%s) + 10))
      while born "$server" && [ "$born" = "$its" ]; do
        if [ "$(date +%s)" -gt "$latest" ]; then kill -KILL "$server" 2>/dev/null; fi
        sleep 0.05 2>/dev/null || sleep 1
      done
      echo "process $server has ended"
    elif [ "$said" != 0 ]; then
      fail "process $said listens there, and is not the temporary server: nothing was ended"
    elif was_primary; then
      kept=$room.kept-$(date +%s)
      mv -- "$room" "$kept" || fail "$room cannot be renamed"
      echo "kept $kept"
      exit 0
    fi
    rm -rf -- "$room" || fail "$room cannot be removed by $(id -un)"
    echo "$room is removed"
    exit 0
    """
  }

  private var words: String {
    "room=\(ShellQuoting.word(folder)) port=\(port) sign=redis-upgrade-temporary"
  }

  /// A server that speaks TLS to its clients does so to its replicas.
  private var listening: String {
    usesTLS ? "port 0\ntls-port \(port)\ntls-replication yes" : "port \(port)"
  }

  /// A process is told by its number and the time of its start; where the script was cut off before it wrote them down,
  /// by the file that the server wrote and the directory that it is in. Its role stands in its configuration a moment
  /// after it has changed; until then its log tells (the words of 6.0.16 to 8.0.2, and of Valkey 8.1.1 and 9.1.2).
  private static let identity = """
    fail() { printf '%s\\n' "$*"; exit 1; }
    ours() { [ -d "$room" ] && [ ! -L "$room" ] && [ -f "$room/$sign" ]; }
    find_server() {
      { read -r server start <"$room/process"; } 2>/dev/null && born "$server" && [ "$born" = "$start" ] && return 0
      { read -r server _ <"$room/server.pid"; } 2>/dev/null && born "$server" &&
        [ "$(readlink "/proc/$server/cwd")" -ef "$room" ]
    }
    was_primary() {
      [ -s "$room/server.conf" ] || return 1
      grep -Eiq '^(replicaof|slaveof) ' "$room/server.conf" || return 0
      last=$(grep -Eo '(MASTER|PRIMARY) MODE enabled|Connecting to (MASTER|PRIMARY)' "$room/server.log" 2>/dev/null |
        tail -n 1)
      case $last in *enabled) return 0 ;; esac
      return 1
    }
    """
}

extension Performer {
  /// The text of a stage's command for a node: the profile's, or our own.
  func commandText(_ stage: Site.Stage, _ node: NodeID) -> String? {
    switch stage {
    case .temporaryStart: TemporaryScript(setup)?.start
    case .temporaryStop: TemporaryScript(setup)?.stop
    default: setup.site.command(stage, node)
    }
  }

  /// Right before a temporary server is ended: the process at its port, 0 where nobody listens; or why it is left alone.
  func processOfTemporary(_ node: NodeID, _ expected: Identity?) async -> Result<Int, OutcomeRefusal> {
    let readout = await reader.read(address(node), .pulse, expecting: nil)
    guard let pulse = readout.pulse else {
      guard readout.failure?.kind == .refused else {
        return .failure(
          OutcomeRefusal("it could not be read right before: \(readout.failure?.sentence ?? "no answer")"))
      }
      return .success(0)
    }
    if let mismatch = identityMismatch(node, pulse, expected) { return .failure(OutcomeRefusal(mismatch)) }
    guard pulse.role == .replica else {
      return .failure(OutcomeRefusal("\(address(node)) is the primary, and is not stopped"))
    }
    return .success(pulse.server.processID)
  }
}

/// Why something was not begun, in a sentence.
struct OutcomeRefusal: Error {
  var text: String
  init(_ text: String) { self.text = text }
}
