// What is read on a host for the rules, before the start: one script in POSIX shell that only looks.

import UpgradeCore

extension SupervisorScript {
  /// What rules want to know of a host: memory, room where these directories are, pages, which known processes are
  /// there, the units and the program files of these servers, and what its package manager has. Read on this machine as
  /// well.
  ///
  /// - Parameters:
  ///   - programs: what each server, by its process, says that it was started from; empty where it did not say.
  ///   - configurations: where its configuration file is.
  static func facts(
    _ directories: [String], programs: [Int: String], configurations: [Int: String] = [:]
  ) -> SupervisorScript {
    let rooms = directories.map { "room \(ShellQuoting.word($0))\ndevice \(ShellQuoting.word($0))" }
      .joined(separator: "\n")
    let servers = programs.sorted { $0.key < $1.key }
    let units = servers.map { "unit \($0.key)\nprogram \($0.key) \(ShellQuoting.word($0.value))" }
      .joined(separator: "\n")
    let files = configurations.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
      .map { "config \($0.key) \(ShellQuoting.word($0.value))" }.joined(separator: "\n")
    let rivals = RivalControllers.all.map { ShellQuoting.word($0.process) }.joined(separator: " | ")
    return SupervisorScript(
      """
      room() {
        free=$(df -P -k -- "$1" 2>/dev/null | { read -r _; read -r _ _ _ free _ && printf %s "$free"; })
        say room "${free:-unknown}" "$1"
      }
      device() {
        value=$(stat -L -c %d -- "$1" 2>/dev/null) && say device "$value" "$1"
      }
      unit() {
        name= restart= stop=
        while IFS=: read -r _ _ path; do
          case $path in *.service) name=${path##*/} ;; esac
        done 2>/dev/null <"/proc/$1/cgroup"
        [ -n "$name" ] || return 0
        while IFS== read -r key value; do
          case $key in Restart) restart=$value ;; TimeoutStopUSec) stop=$value ;; esac
        done 2>/dev/null <<END
      $(systemctl show -p Restart -p TimeoutStopUSec "$name" 2>/dev/null)
      END
        [ -n "$restart" ] && say unit "$1" "$name" "$restart" "$stop"
        return 0
      }
      \(programFiles)
      \(configurationFiles)
      while read -r key value _; do
        case $key in MemAvailable:) say memory "$value" ;; esac
      done </proc/meminfo
      value=$(cat /proc/sys/vm/overcommit_memory 2>/dev/null) && say overcommit "$value"
      [ -r /sys/kernel/mm/transparent_hugepage/enabled ] && read -r value </sys/kernel/mm/transparent_hugepage/enabled \
        && say pages "$value"
      found=
      for file in /proc/[0-9]*/comm; do
        { read -r value <"$file"; } 2>/dev/null || continue
        case $value in \(rivals)) found="$found $value" ;; esac
      done
      say processes : $found
      \(packages)
      \(rooms)
      \(units)
      \(files)
      """)
  }

  /// As whom a process runs, and whose its configuration file and the folder of that are, as the process itself sees
  /// them where we may look. Its rights are tried only by its own user: root may write what others may not. And in which
  /// lines a Sentinel's passwords hold blanks; never what they are.
  private static let configurationFiles = """
    config() {
      user= groups=
      while read -r key first second rest; do
        case $key in
        Uid:) user=$second ;;
        Gid:) groups=$second ;;
        Groups:) groups="$groups $first $second $rest" ;;
        esac
      done 2>/dev/null <"/proc/$1/status"
      [ -n "$user" ] || return 0
      groups=$(echo $groups | tr ' ' ',')
      file=/proc/$1/root$2
      [ -e "$file" ] || file=$2
      own=$(stat -L -c '%u %g %a' -- "$file" 2>/dev/null) || return 0
      around=$(stat -L -c '%u %g %a' -- "${file%/*}/" 2>/dev/null) || return 0
      here=unknown there=unknown
      if [ "$(id -u)" = "$user" ]; then
        [ -w "$file" ] && here=yes || here=no
        [ -w "${file%/*}/" ] && [ -x "${file%/*}/" ] && there=yes || there=no
      fi
      say config "$1" "$here" "$there" "$user" "$groups" $own $around
      lines= number=0
      while read -r word key first second rest; do
        number=$((number + 1))
        case "$word $key" in
        "sentinel auth-pass") [ -n "$rest" ] && lines="$lines $number" ;;
        "sentinel sentinel-pass") [ -n "$second" ] && lines="$lines $number" ;;
        esac
      done 2>/dev/null <"$file"
      [ -n "$lines" ] && say blanks "$1" $lines
      return 0
    }
    """

  /// The file that a process runs, against the one that lies where it says that it was started from: as the process
  /// itself sees it, which may be in a root of its own. A file that was replaced is asked which version it is, where it
  /// is the same file from here.
  private static let programFiles = """
    program() {
      running=$(readlink "/proc/$1/exe" 2>/dev/null) || return 0
      state=other version= deleted=' (deleted)'
      case $running in *"$deleted") state=deleted running=${running%"$deleted"} ;; esac
      file=${2:-$running}
      [ "$state" = other ] && [ "/proc/$1/root$file" -ef "/proc/$1/exe" ] && state=same
      if [ ! -e "/proc/$1/root$file" ]; then
        [ "$state" = deleted ] && state=gone || state=same
      elif [ "$state" != same ] && [ "$file" -ef "/proc/$1/root$file" ] && [ -x "$file" ]; then
        version=$("$file" --version </dev/null 2>/dev/null | sed -n 's/.* v=\\([0-9][0-9.]*\\).*/\\1/p' | head -n 1)
      fi
      say program "$1" "$state" "${version:-unknown}" "$file"
    }
    """

  /// A timer that is stopped starts nothing; where systemd does not answer, cron runs what the timer would.
  private static let packages = """
    server() { while read -r name state _; do [ -n "$name" ] && say package "$name" "${state:-install}"; done; }
    if command -v dpkg-query >/dev/null 2>&1; then
      say packages dpkg
      dpkg-query -W -f '${db:Status-Status} ${Package} ${db:Status-Want}\\n' redis-server valkey-server 2>/dev/null |
        while read -r status name want; do [ "$status" = installed ] && echo "$name $want"; done | server
      [ -e /usr/sbin/policy-rc.d ] && say policy yes
      if command -v unattended-upgrade >/dev/null 2>&1; then
        enable= upgrade=
        eval "$(apt-config shell enable APT::Periodic::Enable upgrade APT::Periodic::Unattended-Upgrade 2>/dev/null)"
        timer=$(systemctl is-active apt-daily-upgrade.timer 2>/dev/null)
        [ "${enable:-1}" != 0 ] && [ "${upgrade:-0}" != 0 ] && [ "$timer" != inactive ] \
          && say unattended unattended-upgrades
      fi
    elif command -v rpm >/dev/null 2>&1; then
      say packages rpm
      rpm -q --queryformat '%{NAME}\\n' redis valkey 2>/dev/null | grep -E '^(redis|valkey)$' | server
      if [ "$(systemctl is-active dnf-automatic-install.timer 2>/dev/null)" = active ] || {
        [ "$(systemctl is-active dnf-automatic.timer 2>/dev/null)" = active ] &&
          grep -Eiq '^[[:space:]]*apply_updates[[:space:]]*=[[:space:]]*(yes|true|1|on)' /etc/dnf/automatic.conf 2>/dev/null
      }; then say unattended dnf-automatic; fi
    fi
    """
}
