// What is asked of the host of a node of Redis Enterprise Software before the start, in POSIX shell.

extension Enterprise {
  /// Only looks, needs no rights, and says less where it has none; each line is heard by ``HostReport/hear(_:)``.
  package enum HostScript {
    /// The paths that matter wherever nothing else is said.
    package static let usualPaths = [
      "/opt/redislabs", "/var/opt/redislabs", "/var/opt/redislabs/persist", "/var/opt/redislabs/tmp",
    ]

    /// The body of a script whose caller defines `say`, which takes the words of one line.
    ///
    /// - Parameters:
    ///   - paths: where room, owner and file system are looked at.
    ///   - programs: the folder in which the vendor's programs are looked for, before those of the login.
    package static func text(paths: [String] = usualPaths, programs: String = Constants.usualPrograms) -> String {
      let rooms = paths.map { "room \(quoted($0))" }.joined(separator: "\n")
      return """
        \(room)
        \(system)
        \(memory)
        \(running)
        \(listening)
        \(nameServer)
        version=$(openssl version 2>/dev/null | { read -r _ version _ && printf %s "$version"; })
        [ -n "$version" ] && say openssl "$version"
        found=
        for program in \(ToolsRun.programs.joined(separator: " ")); do
          [ -x \(quoted(programs))/"$program" ] || command -v "$program" >/dev/null 2>&1 || continue
          found="$found $program"
        done
        say programs : $found
        \(rooms)

        """
    }

    /// So that the shell takes it as one word, whatever is in it.
    static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }

    /// `room KILOBYTES TYPE OWNER:GROUP PATH`, or `absent PATH`. `df -T` is GNU's and busybox's, as is `stat -c`.
    private static let room = """
      room() {
        [ -e "$1" ] || { say absent "$1"; return 0; }
        line=$(df -P -T -k -- "$1" 2>/dev/null |
          { read -r _; read -r _ type _ _ free _ && printf '%s %s' "$free" "$type"; })
        owner=$(stat -c %U:%G -- "$1" 2>/dev/null)
        [ -n "$line" ] && say room "$line" "${owner:-?}" "$1"
        return 0
      }
      """

    private static let system = """
      name= version=
      while IFS='=' read -r key value; do
        value=${value#\\"} value=${value%\\"}
        value=${value#\\'} value=${value%\\'}
        case $key in ID) name=$value ;; VERSION_ID) version=$value ;; esac
      done 2>/dev/null </etc/os-release
      [ -n "$name" ] && [ -n "$version" ] && say system "$name" "$version"
      """

    /// A shell that reads byte by byte gets no more than the first byte out of a file under /proc/sys.
    private static let memory = """
      while read -r key value _; do
        case $key in
        MemTotal:) say memory "$value" ;;
        MemAvailable:) say available "$value" ;;
        SwapTotal:) say swap "$value" ;;
        esac
      done </proc/meminfo
      range=$(cat /proc/sys/net/ipv4/ip_local_port_range 2>/dev/null) && say ports $range
      """

    /// Names of processes are cut after 15 characters by the kernel. Where no process of others is shown (hidepid),
    /// that of init is missing too, and nothing is said.
    private static let running = """
      clock= server= all=
      for file in /proc/[0-9]*/comm; do
        { read -r value <"$file"; } 2>/dev/null || continue
        [ "$file" = /proc/1/comm ] && all=yes
        case $value in
        chronyd | ntpd | systemd-timesyn) clock=$value ;;
        pdns_server | systemd-resolve | dnsmasq | named | unbound)
          [ -z "$server" ] || [ "$server" = "$value" ] || value='?'
          server=$value
          ;;
        esac
      done
      [ -n "$clock$all" ] && say time "${clock:--}"
      """

    /// `listening`, then `listen PORT NAME` for each; `?` for a name that this login may not see. Without `ss` the
    /// kernel's tables are read, which have no names.
    private static let listening = """
      ports() {
        while read -r _ _ _ place _ process; do
          port=${place##*:}
          case $port in '' | *[!0-9]*) continue ;; esac
          name='?'
          case $process in *'(("'*) name=${process#*'(("'} name=${name%%'"'*} ;; esac
          echo "$port ${name:-?}"
        done
      }
      if command -v ss >/dev/null 2>&1 && tcp=$(ss -ltnp 2>/dev/null); then
        tcp=$(printf '%s\\n' "$tcp" | ports)
        udp=$(ss -lunp 2>/dev/null | ports)
      else
        table() {
          while read -r _ place _ state _; do
            [ "$state" = "$1" ] && port=${place##*:} && echo "$((0x$port)) ?"
          done
        }
        tcp=$({ cat /proc/net/tcp && { cat /proc/net/tcp6 || :; }; } 2>/dev/null | table 0A)
        udp=$({ cat /proc/net/udp && { cat /proc/net/udp6 || :; }; } 2>/dev/null | table 07)
      fi
      [ -n "$tcp" ] && {
        say listening
        while read -r port name _; do say listen "$port" "$name"; done <<END
      $tcp
      END
      }
      """

    /// `-` for nobody, `?` for somebody whom this login may not see and who has none of the known names.
    private static let nameServer = """
      dns=-
      while read -r port name _; do
        [ "$port" = 53 ] || continue
        case $dns in - | '?') dns=$name ;; esac
      done <<END
      $tcp
      $udp
      END
      [ "$dns" = '?' ] && dns=${server:-?}
      [ -n "$tcp" ] && say dns "$dns"
      """
  }
}
