// The shell behind the hosts of the tests: one script makes the tree that they are copies of, one keeps them running.

/// Scripts for bash; each does all of its mounting in a namespace of its own, so that its end undoes it.
enum HostScripts {
  /// Arguments: the tree, the mirror. Makes a Debian 11 with Redis 6.0 and an sshd, whose apt knows Debian 12 as a
  /// second source, pinned below the first; both sources are signed by Debian and lie in the tree.
  static let tree = """
    set -euo pipefail
    tree=$1 mirror=$2
    umask 022
    export DEBIAN_FRONTEND=noninteractive LC_ALL=C
    debootstrap --variant=minbase --include=openssh-server,redis-server,procps bullseye "$tree" "$mirror"
    cp /etc/resolv.conf "$tree/etc/resolv.conf"
    fetch() {
      mkdir -p "$tree/srv/debian/${1%/*}"
      chroot "$tree" /usr/lib/apt/apt-helper download-file "$mirror/$1" "/srv/debian/$1"
    }
    for suite in bullseye bookworm; do
      fetch "dists/$suite/InRelease"
      fetch "dists/$suite/main/binary-$(dpkg --print-architecture)/Packages.xz"
    done
    cat >"$tree/etc/apt/sources.list" <<'END'
    deb copy:/srv/debian bullseye main
    deb copy:/srv/debian bookworm main
    END
    cat >"$tree/etc/apt/preferences.d/bookworm" <<'END'
    Package: *
    Pin: release n=bookworm
    Pin-Priority: 100

    Package: redis-server redis-tools libc6 libc-bin libssl3
    Pin: release n=bookworm
    Pin-Priority: 500
    END
    cat >"$tree/etc/apt/apt.conf.d/hosts" <<'END'
    Acquire::Languages "none";
    APT::Install-Recommends "false";
    END
    rm -rf "$tree"/var/lib/apt/lists/*
    chroot "$tree" apt-get update
    exact() { chroot "$tree" apt-cache madison "$1" | tr -d ' ' | awk -F'|' -v v="$2" '$2 ~ "^5:" v {print $2; exit}'; }
    for release in 6.0.16 7.0.15; do
      for package in redis-tools redis-server; do
        wanted="$package=$(exact "$package" "$release")"
        fetch "$(chroot "$tree" apt-cache show "$wanted" | sed -n 's/^Filename: //p')"
      done
    done
    # What the new release needs of Debian 12 besides.
    chroot "$tree" apt-get --yes --print-uris install "redis-server=$(exact redis-server 7.0.15)" \\
      "redis-tools=$(exact redis-tools 7.0.15)" | sed -n "s#^'copy:/srv/debian/\\([^']*\\)'.*#\\1#p" | sed 's/%2b/+/g; s/%7e/~/g' |
      while read -r file; do [ -e "$tree/srv/debian/$file" ] || fetch "$file"; done
    rm -rf "$tree"/usr/share/{doc,man,locale,zoneinfo}/* "$tree"/var/cache/apt/archives/*.deb "$tree/etc/resolv.conf"
    sed -i -e 's/^bind .*/bind 0.0.0.0/' -e 's/^protected-mode .*/protected-mode no/' "$tree/etc/redis/redis.conf"
    printf 'cluster-enabled yes\\ncluster-node-timeout 5000\\n' >>"$tree/etc/redis/redis.conf"
    # Without an init that it knows invoke-rc.d lets packages restart nothing, and hosts of this kind let them.
    printf '#!/bin/sh\\nexit 0\\n' >"$tree/usr/sbin/policy-rc.d"
    chmod 755 "$tree/usr/sbin/policy-rc.d"
    mkdir -p "$tree/root/.ssh"
    chmod 700 "$tree/root/.ssh"
    """

  /// Arguments: the tree, the folder, the bridge's name, how many hosts. Makes copies and boots them, says `ready` and
  /// their network, and then obeys `off N` and `on N`. The end of its input is the end of all of it.
  static let keeper = """
    set -u
    tree=$1 folder=$2 bridge=$3 count=$4
    keepers=()
    end() {
      trap - EXIT
      for keeper in "${keepers[@]}"; do [ -n "$keeper" ] && kill -9 "$keeper"; done
      wait
      # A connection that nobody has closed yet keeps a network alive whose processes are gone.
      for number in "${!keepers[@]}"; do ip link del "$bridge-$number"; done
      ip link del "$bridge"
      rm -rf --one-file-system "$folder"/host-[0-9]*
      exit
    } 2>/dev/null
    trap end EXIT
    trap 'exit 1' TERM INT HUP
    # A network of the range for benchmarks (RFC 2544) that leads nowhere yet.
    network=
    for number in $(shuf -i 0-255); do
      [ -z "$(ip -4 route show table all to root "198.18.$number.0/24")" ] || continue
      [ -z "$(ip -4 route show to match "198.18.$number.1" | grep -v '^default')" ] || continue
      network=198.18.$number
      break
    done
    [ -n "$network" ] || { echo "no network of 198.18.0.0/16 is free"; exit 1; }
    ip link add "$bridge" type bridge && ip addr add "$network.254/24" dev "$bridge" && ip link set "$bridge" up || {
      echo "the bridge $bridge could not be made"
      exit 1
    }
    boot() {
      mkfifo "$folder/wire-$1" 2>/dev/null
      unshare --mount --pid --net --uts --ipc --fork --kill-child --propagation private \\
        bash -c "$host" host "$folder/host-$1" "$1" "$network.$1" "$folder/wire-$1" \\
        </dev/null >>"$folder/host-$1.log" 2>&1 &
      keepers[$1]=$!
      for try in $(seq 500); do
        [ "$(readlink "/proc/$!/ns/net")" != "$(readlink /proc/self/ns/net)" ] && break
        sleep 0.01
      done
      ip link add "$bridge-$1" type veth peer name eth0 netns "$!" && ip link set "$bridge-$1" master "$bridge" up
      echo plugged >"$folder/wire-$1"
    }
    host='
      tree=$1 number=$2 address=$3 wire=$4
      mount --bind "$tree" "$tree" && mount -t proc proc "$tree/proc" && mount -t tmpfs -o mode=755 dev "$tree/dev" &&
        mount -t tmpfs -o mode=755 run "$tree/run" || exit 1
      node() { mknod -m 666 "$tree/dev/$1" c "$2" "$3"; }
      node null 1 3; node zero 1 5; node full 1 7; node random 1 8; node urandom 1 9; node tty 5 0
      mkdir "$tree/dev/pts" "$tree/dev/shm" "$tree/run/sshd" "$tree/run/lock"
      mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$tree/dev/pts"
      ln -s pts/ptmx "$tree/dev/ptmx"; ln -s /proc/self/fd "$tree/dev/fd"
      hostname "host-$number"
      read -r _ <"$wire"
      ip link set lo up; ip addr add "$address/24" dev eth0; ip link set eth0 up
      exec chroot "$tree" /bin/bash -c "
        /etc/init.d/redis-server start
        /usr/sbin/sshd -E /var/log/sshd.log
        while :; do sleep 1000 & wait \\$!; done"
    '
    for number in $(seq "$count"); do
      cp -a --reflink=auto "$tree" "$folder/host-$number" && cp "$folder/id.pub" \\
        "$folder/host-$number/root/.ssh/authorized_keys" || { echo "host $number could not be copied"; exit 1; }
      boot "$number"
    done
    echo "ready $network"
    while read -r verb number; do
      case $verb in
        off)
          kill -9 "${keepers[$number]}"
          wait "${keepers[$number]}" 2>/dev/null
          ip link del "$bridge-$number" 2>/dev/null
          keepers[$number]=
          ;;
        on) boot "$number" ;;
      esac
      echo "done"
    done
    """
}
