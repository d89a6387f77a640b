// What is run on a host over ssh: a supervisor in POSIX shell, and the few scripts that start it and ask about it.

import UpgradeCore

/// Scripts for `/bin/sh -s` on a host; each arrives through standard input, and runs only if it arrived whole.
///
/// A command's files lie in `~/.redis-upgrade/RUN/HOST/` there, readable by their owner alone; a home directory that
/// several hosts share keeps them apart:
///
/// - `NAME.job`: who holds it (`# PID START BOOT`), then the command; made once by a hard link, so no command runs
///   twice. `never` in its place: it may never run any more.
/// - `NAME.in`: the FIFO that is the terminal's keyboard while it runs.
/// - `NAME.out`: every byte that the command wrote.
/// - `NAME.open`, `NAME.code-N`, `NAME.ended-N`: the same empty file, renamed as it runs, returns N and is over. A rename
///   is whole, and needs no room on a full disk.
struct SupervisorScript: Sendable {
  /// Begins each line that is said by the script, so that what login scripts print is told from it.
  let mark: String
  let text: String

  /// What the host has for commands of ours; it goes on until its input ends, and so keeps the connection.
  static func survey() -> SupervisorScript {
    SupervisorScript(
      """
      printf '%s\\n' "$mark"
      [ -r "/proc/$$/stat" ] && [ -r /proc/sys/kernel/random/boot_id ] && say identity
      command -v setsid >/dev/null 2>&1 && say session
      command -v mkfifo >/dev/null 2>&1 && command -v script >/dev/null 2>&1 && {
        script -qfec 'exit 3' /dev/null </dev/null >/dev/null 2>&1
        [ "$?" = 3 ] && say terminal
      }
      command -v busctl >/dev/null 2>&1 && [ "$(id -u)" != 0 ] && {
        kills=$(busctl get-property org.freedesktop.login1 /org/freedesktop/login1 org.freedesktop.login1.Manager \\
          KillUserProcesses 2>/dev/null)
        [ "$kills" = 'b true' ] && say fleeting
      }
      say ready
      cat >/dev/null
      """)
  }

  /// Starts a command under its supervisor, once, and follows it to its end.
  static func hold(_ hold: Hold, _ command: String, _ tools: HostTools) -> SupervisorScript {
    SupervisorScript(
      hold.words(from: 0) + following + """

        text=\(ShellQuoting.word(command))
        supervisor=$(cat <<'SUPERVISOR'
        \(supervisor)
        SUPERVISOR
        )
        printf '%s\\n' "$mark"
        mkdir -p "$folder" && printf '%s\\n' "$text" >"$base.$$.text" && [ -s "$base.$$.text" ] || { say failed; exit; }
        word=$(\(tools.hasSession ? "setsid " : "")sh -c "$supervisor" sh "$base" "$base.$$.text" "$mask" \
        \(tools.hasTerminal ? "yes" : "no") 3>&1 >/dev/null 2>&1 </dev/null &)
        case $word in
        *claimed | *taken) ;;
        *) echo "$word" >&2; say failed; exit ;;
        esac
        read -r first _ <"$base.job"
        [ "$first" = never ] && say never && exit
        follow
        """)
  }

  /// Makes sure that a command which has not begun cannot begin any more, and follows one that has.
  static func settle(_ hold: Hold, from offset: Int) -> SupervisorScript {
    SupervisorScript(
      hold.words(from: offset) + following + closing + """

        printf '%s\\n' "$mark"
        close
        follow
        """)
  }

  /// Like ``settle(_:from:)``, but only looks whether it is at work.
  static func look(_ hold: Hold) -> SupervisorScript {
    SupervisorScript(
      hold.words(from: 0) + following + closing + """

        close
        judge
        say ${verdict:-lives $holder}
        """)
  }

  /// Types what comes after `ready` through standard input on the terminal of a command that runs; `closed` where it
  /// has none. Both ends of the FIFO are opened for a moment, so that nothing waits for a reader that has just gone; then
  /// the reading end is the command's alone, and its end is ours.
  static func type(into hold: Hold) -> SupervisorScript {
    SupervisorScript(
      hold.words(from: 0) + following + """

        round=0
        until [ -p "$base.in" ]; do
          round=$((round + 1))
          lives && [ "$round" -lt 20 ] || { say closed; exit; }
          sleep 0.1 2>/dev/null || sleep 1
        done
        lives && exec 4<>"$base.in" && [ -p "$base.in" ] && exec 5>"$base.in" 4<&- || { say closed; exit; }
        say ready
        cat >&5
        """)
  }

  /// Runs a command that only looks, without a terminal and without a supervisor: it ends with the link.
  static func ask(_ command: String) -> SupervisorScript {
    SupervisorScript(
      """
      printf '%s\\n' "$mark"
      sh -c \(ShellQuoting.word(command)) </dev/null
      say ended "$?"
      """)
  }

  /// Whether a process is there and has not ended.
  static func processLives(_ pid: Int) -> SupervisorScript {
    SupervisorScript(following + "\nif born \(pid); then say yes; else say no; fi")
  }

  /// Takes away what a run has kept on the host.
  static func forget(_ run: String) -> SupervisorScript {
    SupervisorScript(
      """
      folder=$HOME/.redis-upgrade/\(ShellQuoting.word(run))
      rm -rf -- "$folder/$(uname -n)"
      rmdir -- "$folder" "$HOME/.redis-upgrade" 2>/dev/null
      """)
  }

  /// Data files moved beside themselves, never deleted: what was moved is said.
  static func setAside(in directory: String, suffix: String) -> SupervisorScript {
    SupervisorScript(
      """
      cd \(ShellQuoting.word(directory)) || exit
      for file in *.rdb appendonly*; do
        [ -e "$file" ] || continue
        case $file in *.set-aside-*) continue ;; esac
        mv -- "$file" "$file"\(ShellQuoting.word(suffix)) || exit
        say moved "$file"
      done
      say done
      """)
  }

  /// A file as a whole, at most so many bytes of it; `whole` is said where it could be read.
  static func file(_ path: String, limit: Int) -> SupervisorScript {
    SupervisorScript(
      """
      printf '%s\\n' "$mark"
      [ -f \(ShellQuoting.word(path)) ] && head -c \(limit + 1) \(ShellQuoting.word(path)) && say whole
      """)
  }

  /// The length of a file, and what it holds from an offset on: the last bytes where there are more; `whole` is said
  /// where it could be read.
  static func end(of path: String, from offset: Int, upTo count: Int) -> SupervisorScript {
    SupervisorScript(
      """
      file=\(ShellQuoting.word(path)) start=\(offset) count=\(count)
      printf '%s\\n' "$mark"
      [ -f "$file" ] && [ -r "$file" ] && size=$(wc -c <"$file") || exit
      size=$((size))
      # Shorter than it was: it was begun anew.
      [ "$size" -lt "$start" ] && start=0
      [ "$((size - start))" -gt "$count" ] && start=$((size - count))
      say length "$size"
      [ "$count" -gt 0 ] && { tail -c "+$((start + 1))" "$file" | head -c "$count" || exit; }
      say whole
      """)
  }

  /// A script of the house: `say` tells something, `$mask` is the user's own mask for files.
  init(_ body: String) {
    mark = "redis-upgrade-\(UInt64.random(in: .min ... .max))"
    // The shell runs a group only once it has read its end: of a script that was cut off nothing is run.
    text = """
      {
      mark=\(mark)
      mask=$(umask)
      umask 077
      say() { printf '%s %s\\n' "$mark" "$*" >&2; }
      \(body)
      exit
      }

      """
  }

  /// Names one held command on its host.
  struct Hold: Hashable, Sendable {
    /// The run's id.
    var run: String
    var name: String

    fileprivate func words(from offset: Int) -> String {
      """
      folder=$HOME/.redis-upgrade/\(ShellQuoting.word(run))/$(uname -n)
      base=$folder/\(ShellQuoting.word(name))
      offset=\(offset)

      """
    }
  }
}

extension SupervisorScript {
  /// A process is told from a later one with its number by its start (`/proc/PID/stat`, field 22) and the boot.
  static let following = """
    born() {
      born=
      { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
      stat=${stat##*') '}
      set -- $stat
      case $1 in Z | X) return 1 ;; esac
      born=${20}
    }
    lives() {
      { read -r _ holder start boot <"$base.job"; } 2>/dev/null || return 1
      read -r present </proc/sys/kernel/random/boot_id
      [ "$boot" = "$present" ] && born "$holder" && [ "$born" = "$start" ]
    }
    ended() {
      for file in "$base.$1"-*; do
        [ -e "$file" ] && verdict="ended ${file##*-}" && return
      done
      return 1
    }
    judge() {
      verdict=
      ended ended || lives || ended ended || ended code || verdict=lost
    }
    follow() {
      round=0
      while :; do
        judge
        size=0
        [ -e "$base.out" ] && size=$(wc -c <"$base.out")
        if [ "$size" -gt "$offset" ]; then
          tail -c "+$((offset + 1))" "$base.out" | head -c "$((size - offset))" || exit
          offset=$size
        fi
        [ -n "$verdict" ] && say $verdict && exit
        round=$((round + 1))
        if [ "$round" -lt 40 ]; then sleep 0.05; elif [ "$round" -lt 200 ]; then sleep 0.2; else sleep 0.5; fi \\
          2>/dev/null || sleep 1
      done
    }
    """

  private static let closing = """

    close() {
      mkdir -p "$folder" && echo never >"$base.$$.never" && [ -s "$base.$$.never" ] || exit
      sync "$base.$$.never" "$folder" 2>/dev/null
      ln "$base.$$.never" "$base.job" 2>/dev/null
      rm -f "$base.$$.never"
      read -r first _ <"$base.job" || exit
      [ "$first" = never ] && say never && exit
    }
    """

  /// Owns the command: claims its name, gives it a terminal, keeps its output, and says how it ended.
  ///
  /// A full disk costs output, never the command: `script` gives up where it cannot write, so `cat` writes for it.
  private static let supervisor = """
    base=$1 text=$2 mask=$3 terminal=$4
    trap '' HUP
    umask 077
    read -r stat <"/proc/$$/stat"
    stat=${stat##*') '}
    set -- $stat
    start=${20}
    read -r boot </proc/sys/kernel/random/boot_id
    exec 2>&3
    { printf '# %s %s %s\\n' "$$" "$start" "$boot" && cat "$text"; } >"$text.job" && : >>"$base.out" || exit
    sync "$text.job" 2>/dev/null || sync
    if ! ln "$text.job" "$base.job"; then
      [ -e "$base.job" ] && echo taken >&3
      rm -f "$text" "$text.job"
      exit
    fi
    rm -f "$text" "$text.job"
    sync "$base.job" "${base%/*}" 2>/dev/null || sync
    : >"$base.open"
    echo claimed >&3
    exec 3>&- 2>/dev/null
    export HELD_BASE="$base" HELD_MASK="$mask" TERM=dumb
    runner='base=$HELD_BASE; umask "$HELD_MASK"; unset HELD_BASE HELD_MASK; stty rows 24 cols 100 echo 2>/dev/null
    sh "$base.job"; mv -f "$base.open" "$base.code-$?"'
    if [ "$terminal" = yes ] && mkfifo "$base.in"; then
      SHELL=/bin/sh script -qfec "$runner" /dev/null <>"$base.in" 2>&1 | { cat >>"$base.out" || cat >/dev/null; }
      rm -f "$base.in"
    else
      sh -c "$runner" </dev/null >>"$base.out" 2>&1
    fi
    for file in "$base".code-*; do
      [ -e "$file" ] && mv -f "$file" "$base.ended-${file##*-}"
    done
    """
}

/// What a host has for holding commands.
struct HostTools: Hashable, Sendable {
  /// `/proc` tells one process from a later one of the same number; nothing is begun without it.
  var hasIdentity = false
  /// `setsid`: the command has a session of its own.
  var hasSession = false
  /// `script` and `mkfifo`: the command has a terminal.
  var hasTerminal = false
  /// What a user started is ended with the user's last connection.
  var isFleeting = false

  var reach: HostReach {
    .reached(lacking: (isFleeting ? [.lasting] : []) + (hasTerminal && hasSession ? [] : [.terminal]))
  }
}
