// What is run on a node's host to try the wanted version: its program on a copy of the configuration and the backup.

import UpgradeCore

/// One trial on one host.
struct TrialRequest: Hashable, Sendable {
  /// The profile's command line that prints where the wanted version's program is.
  var program: String
  /// Tells trials of one node from those of others on the same host.
  var key: String
  /// The server's configuration file; empty where it runs without one.
  var configFile: String
  /// The server's data directory: relative paths of the configuration are meant from there.
  var directory: String
  /// Whose files they are; 0 where it is not known.
  var processID: Int
  /// The backup; nil where only the configuration is tried.
  var dump: String?
  /// Bytes of memory that have to be free for the backup to be loaded.
  var memory: Int
  /// How long the program may take until it is ready, and the check of the backup before it.
  var bound: Duration
  /// Whether keys are to be counted database by database, which takes up to five seconds.
  var countsDatabases: Bool
}

extension SupervisorScript {
  /// Starts the wanted version's program in a scratch folder, hears how it fares, and ends it.
  ///
  /// It is niced, first to be killed where memory runs out, and listens on a socket in the folder alone: nobody finds it.
  /// A watch beside the script ends it should the script be killed, and what even that has left is taken away by the
  /// next trial of the node, by process and time of its start.
  static func trial(_ request: TrialRequest) -> SupervisorScript {
    SupervisorScript(
      following + """

        key=\(ShellQuoting.word(request.key)) config=\(ShellQuoting.word(request.configFile))
        home=\(ShellQuoting.word(request.directory)) dump=\(ShellQuoting.word(request.dump ?? ""))
        need=\(request.memory) bound=\(max(1, Int(request.bound.seconds)))
        counts=\(request.countsDatabases ? "yes" : "no")
        command=\(ShellQuoting.word(request.program)) process=\(request.processID)
        printf '%s\\n' "$mark"
        \(scratchFolder)
        \(masking)
        \(findingProgram)
        \(checking)
        \(copying)
        \(starting)
        \(hearing)
        """)
  }

  /// A folder of our own, and nothing left of earlier trials whose script is gone.
  private static let scratchFolder = """
    # The path of a socket has little room.
    base=${TMPDIR:-/tmp}
    [ "${#base}" -le 50 ] || base=/tmp
    for old in "$base/redis-upgrade-trial.$key".*; do
      [ -d "$old" ] && [ -O "$old" ] && [ ! -L "$old" ] || continue
      { read -r owner start <"$old/owner"; } 2>/dev/null && born "$owner" && [ "$born" = "$start" ] && continue
      { read -r other start <"$old/process"; } 2>/dev/null && born "$other" && [ "$born" = "$start" ] &&
        kill -KILL "$other" 2>/dev/null
      rm -rf -- "$old"
    done
    scratch=$(mktemp -d "$base/redis-upgrade-trial.$key.XXXXXX" 2>/dev/null) ||
      { say none "no scratch folder can be made in $base"; exit; }
    server=
    finish() {
      trap - EXIT
      trap '' HUP INT TERM PIPE
      if [ -n "$server" ]; then
        kill -TERM "$server" 2>/dev/null
        round=0
        while born "$server" && [ "$round" -lt 60 ]; do
          round=$((round + 1))
          sleep 0.05 2>/dev/null || { sleep 1; round=60; }
        done
        kill -KILL "$server" 2>/dev/null
        wait "$server" 2>/dev/null
      fi
      rm -rf -- "$scratch"
    }
    trap finish EXIT
    trap 'exit 1' HUP INT TERM PIPE
    born $$ && echo "$$ $born" >"$scratch/owner" || { say none "this host has no /proc"; exit; }
    """

  /// Lines of logs may quote lines of the configuration.
  static let masking = """
    masked() {
      sed -E -e "s/^>>> '([Rr]equirepass|[Mm]asterauth|[Pp]rimaryauth|[Uu]ser|[Tt]ls-[a-z-]*pass) .*/>>> '\\1 ***'/" \\
        -e "s/'[>#<!][^']*'/'***'/g"
    }
    """

  /// As the profile says it, in a folder of its own that goes with the scratch folder: so a package may be unpacked there.
  static let findingProgram = """
    mkdir "$scratch/program"
    program=$(cd "$scratch/program" && sh -c "$command" 2>"$scratch/why" </dev/null | head -n 1)
    if [ -z "$program" ] || [ ! -x "$program" ]; then
      why=$(tail -n 1 "$scratch/why")
      say none "${program:-the program of the new version} is not there${why:+ ($why)}"
      exit
    fi
    # A package that was unpacked there may bring libraries that this host has not got, and the loader that they need.
    tree=$scratch/program libraries= loader=
    for folder in "$tree"/lib "$tree"/lib64 "$tree"/lib/*-linux-* "$tree"/usr/lib "$tree"/usr/lib64 \\
      "$tree"/usr/lib/*-linux-*; do
      [ -d "$folder" ] || continue
      libraries=$libraries${libraries:+:}$folder
      for file in "$folder"/ld-linux-*.so.*; do
        # A link would lead to the loader of this host.
        [ -f "$file" ] && [ ! -L "$file" ] && [ -x "$file" ] && loader=$file
      done
    done
    case $program in
    "$tree"/*)
      mkdir "$scratch/bin"
      for file in "$program" "${program%-server}-check-rdb"; do
        [ -x "$file" ] || continue
        if [ -n "$loader" ]; then
          printf '#!/bin/sh\\nexec "%s" --library-path "%s" "%s" "$@"\\n' "$loader" "$libraries" "$file"
        else
          printf '#!/bin/sh\\nLD_LIBRARY_PATH="%s" exec "%s" "$@"\\n' "$libraries" "$file"
        fi >"$scratch/bin/${file##*/}"
        chmod 700 "$scratch/bin/${file##*/}"
      done
      program=$scratch/bin/${program##*/}
      ;;
    esac
    version=$("$program" --version </dev/null 2>"$scratch/why" | sed -n 's/.* v=\\([0-9][0-9.]*\\).*/\\1/p' | head -n 1)
    [ -n "$version" ] || { say none "$program does not run here ($(tail -n 1 "$scratch/why"))"; exit; }
    say version "$version"
    # As whom the server runs, where we may and where that user can read what it has to.
    as=
    owner=$(stat -c %U "/proc/$process" 2>/dev/null)
    if [ "$(id -u)" = 0 ] && [ -n "$owner" ] && [ "$owner" != root ] && command -v setpriv >/dev/null 2>&1; then
      as="setpriv --reuid $owner --regid $(id -g "$owner") --init-groups"
      chown -R "$owner" "$scratch" || as=
      for file in "$config" "$dump" "$program"; do
        [ -z "$as" ] || [ -z "$file" ] || $as test -r "$file" 2>/dev/null || as=
      done
    fi
    """

  /// The one that belongs to the program. Where none lies beside it, the program is one when it is called so; a wrapper
  /// around it is not, and says so by its version.
  private static let checking = """
    case $dump in '' | /*) ;; *) dump=$PWD/$dump ;; esac
    if [ -n "$dump" ]; then
      name=${program##*/}
      name=${name%-server}-check-rdb
      check=${program%/*}/$name
      if [ ! -x "$check" ]; then
        check=$scratch/$name
        ln -s "$program" "$check"
        case $("$check" --version </dev/null 2>/dev/null) in *' v='*) check= ;; esac
      fi
      if [ -n "$check" ]; then
        if nice -n 19 "$check" "$dump" </dev/null >"$scratch/checked" 2>&1 && grep -q 'RDB looks OK' "$scratch/checked"
        then
          say checked "$name" "$(sed -n 's/^\\[info\\] \\([0-9]*\\) keys read.*/\\1/p' "$scratch/checked" | head -n 1)"
        else
          why=$(sed -n '/ERROR DETECTED/{n;p;}' "$scratch/checked" | head -n 1)
          [ -n "$why" ] || why=$(tail -n 1 "$scratch/checked")
          say unsound "$why"
        fi
      fi
      free=0
      while read -r field value _; do
        case $field in MemAvailable:) free=$((value * 1024)) ;; esac
      done </proc/meminfo
      if [ "$free" -lt "$need" ]; then
        say unloaded "$((need / 1048576)) MB of memory are wanted for it, and $((free / 1048576)) MB are free"
      elif [ ! -r "$dump" ]; then
        say unloaded "$dump cannot be read by $(id -un)"
      else
        ln -s "$dump" "$scratch/dump.rdb"
      fi
    fi
    """

  /// What both copies of a configuration leave out: folders, files, whom to follow, and who starts it.
  private static let leftOut =
    "dir | logfile | pidfile | daemonize | supervised | syslog-* | replicaof | slaveof | unixsocket* | oom-score-* | "
    + "cluster-config-file | tls-port | tls-replication"

  /// Defines `copy`, which leaves out these directives, as patterns of the shell; what is included is put in place. A
  /// line that is left out leaves an empty one, so that numbers of lines stay true.
  static func copyingFunction(leavingOut patterns: String) -> String {
    """
    blank=$(printf ' \\t') included=0
    copy() {
      while IFS= read -r line || [ -n "$line" ]; do
        word=${line#"${line%%[!$blank]*}"}
        rest=${word#*[$blank]}
        word=${word%%[$blank]*}
        case $word in *[A-Z]*) word=$(printf %s "$word" | tr A-Z a-z) ;; esac
        case $word in
        '' | '#'*) echo ;;
        \(leftOut) | \(patterns)) echo ;;
        include | aclfile)
          rest=${rest#"${rest%%[!$blank]*}"}
          rest=${rest%"${rest##*[!$blank]}"}
          case $rest in \\"*\\" | "'"*"'") rest=${rest#?} rest=${rest%?} ;; esac
          case $rest in /*) ;; *) rest=$home/$rest ;; esac
          if [ "$word" = aclfile ]; then
            if $as test -r "$rest"; then printf 'aclfile "%s"\\n' "$rest"; else
              echo
              say remark "users are left out: $rest cannot be read by $(id -un)"
            fi
            continue
          fi
          for file in $rest; do
            # A file may include itself.
            included=$((included + 1))
            [ "$included" -le 100 ] || continue
            if [ -r "$file" ]; then copy <"$file"; else say remark "left out: $file cannot be read by $(id -un)"; fi
          done
          ;;
        *) printf '%s\\n' "$line" ;;
        esac
      done
    }
    """
  }

  /// What the server would do elsewhere is left out of the copy, TLS as well.
  private static let copying =
    copyingFunction(leavingOut: "dbfilename | tls-cluster") + """

      if [ -n "$config" ] && [ ! -r "$config" ]; then
        say remark "the configuration is left out: $config cannot be read by $(id -un)"
        config=
      fi
      { [ -z "$config" ] || copy <"$config"; } >"$scratch/tried.conf"
      cat >>"$scratch/tried.conf" <<END

      port 0
      unixsocket "$scratch/socket"
      unixsocketperm 700
      dir "$scratch"
      dbfilename dump.rdb
      save ""
      appendonly no
      cluster-enabled no
      daemonize no
      logfile ""
      loglevel debug
      maxmemory 0
      rdbchecksum yes
      io-threads 1
      END
      [ -z "$as" ] || chown -R "$owner" "$scratch" || as=
      """

  private static let starting = """
    (
      trap - HUP INT TERM PIPE EXIT
      { echo 1000 >/proc/self/oom_score_adj; } 2>/dev/null
      exec $as nice -n 19 "$program" "$scratch/tried.conf"
    ) >"$scratch/log" 2>&1 </dev/null &
    server=$!
    born "$server" && echo "$server $born" >"$scratch/process"
    (
      trap '' HUP INT TERM
      trap - EXIT
      born $$ && mine=$born
      born "$server" && its=$born
      while born "$server" && [ "$born" = "$its" ]; do
        born $$ && [ "$born" = "$mine" ] || {
          kill -KILL "$server"
          rm -rf -- "$scratch"
          exit
        }
        sleep 0.2 2>/dev/null || sleep 1
      done
    ) >/dev/null 2>&1 </dev/null &
    """

  private static let hearing = """
    now() { date +%s; }
    latest=$(($(now) + bound))
    ready=
    while born "$server"; do
      grep -q 'eady to accept connections' "$scratch/log" && ready=yes && break
      [ "$(now)" -le "$latest" ] || break
      sleep 0.05 2>/dev/null || sleep 1
    done
    if [ -z "$ready" ]; then
      if born "$server"; then say down "it was not ready within $bound s"; else
        wait "$server"
        say down "it ended with exit $?"
        server=
      fi
      masked <"$scratch/log" | grep -v '^ *$' | tail -n 14 | while IFS= read -r line; do say line "$line"; done
      exit
    fi
    said() { sed -n "$1" "$scratch/log" | head -n 1; }
    if [ -L "$scratch/dump.rdb" ]; then
      seconds=$(said 's/.*DB loaded from disk: \\([0-9.]*\\) seconds.*/\\1/p')
      [ -z "$seconds" ] || say loaded "$seconds"
      keys=$(said 's/.*keys loaded: \\([0-9]*\\), keys expired: \\([0-9]*\\).*/\\1 \\2/p')
      [ -z "$keys" ] || say keys $keys
      # It tells its databases, and then its clients, every five seconds (redis src/server.c, serverCron).
      latest=$(($(now) + 7))
      if [ "$counts" = yes ] || [ -z "$keys" ]; then
        until grep -q 'clients connected' "$scratch/log" || [ "$(now)" -gt "$latest" ] || ! born "$server"; do
          sleep 0.05 2>/dev/null || sleep 1
        done
        if grep -q 'clients connected' "$scratch/log"; then
          say counted
          sed -n 's/.* DB \\([0-9]*\\): \\([0-9]*\\) keys (\\([0-9]*\\) volatile).*/db \\1 \\2 \\3/p' "$scratch/log" |
            while IFS= read -r line; do say $line; done
        fi
      fi
    fi
    say up
    """
}

extension SupervisorScript {
  /// A finished dump kept on its host: a link in a folder beside it, which no later save touches; where that cannot be
  /// made, a copy in our folder, if there is room.
  static func keep(_ file: String, in directory: String, run: String, port: Int) -> SupervisorScript {
    SupervisorScript(
      """
      printf '%s\\n' "$mark"
      cd \(ShellQuoting.word(directory)) || { say failed "its data directory cannot be entered by $(id -un)"; exit; }
      file=\(ShellQuoting.word(file)) folder=$PWD/redis-upgrade-backup-\(ShellQuoting.word(run))
      kept() { say kept "$(($(wc -c <"$1")))" "$1"; exit; }
      [ -r "$file" ] || { say failed "$PWD/$file cannot be read by $(id -un)"; exit; }
      mkdir -p "$folder" 2>/dev/null && { chown --reference=. "$folder" 2>/dev/null || :; } &&
        ln -f "$file" "$folder/$file" 2>/dev/null && kept "$folder/$file"
      rmdir "$folder" 2>/dev/null
      folder=$HOME/.redis-upgrade/backup-\(ShellQuoting.word(run))/\(port)
      mkdir -p "$folder" || { say failed "no folder could be made for it"; exit; }
      free=$(df -P -k -- "$folder" | { read -r _; read -r _ _ _ free _ && printf %s "$free"; })
      [ "$((free * 1024))" -gt "$(wc -c <"$file")" ] || { say failed "there is no room for it in $HOME"; exit; }
      cp -- "$file" "$folder/$file" && kept "$folder/$file"
      rm -f -- "$folder/$file"
      say failed "it could not be copied to $folder"
      """)
  }
}
