// The README of a lab's folder: that it is a simulator, what of it is invented, how to look around.

extension Simulator {
  enum ReadMe {
    static func text(of cluster: Cluster, folder: String) -> String {
      let faults = Fault.allCases.map { "- `\($0.rawValue)`: \($0.meaning)" }
      let invented = Phrase.allCases.filter(\.isInvented).map { "- `\($0.row.text)`" }
      return """
        # A simulated Redis Enterprise Software cluster

        This is a simulator for training and tests. No software of the vendor is in it, and nothing here shows what
        the vendor's software would do beyond what its public documentation says. It was made by
        `redis-upgrade lab up enterprise` and goes with `redis-upgrade lab down --dir \(folder)`.

        ## Looking around

        - `nodes/N/opt/redislabs/bin/rladmin status extra all`, and `rlcheck`, `supervisorctl status` beside it
        - `nodes/N/installer`: the package; there `sha256sum -c SHA256SUMS`, `tar vxf redislabs-*.tar`, `./install.sh`
        - `access.json`: addresses, folders, REST, certificate, user and the files of passwords
        - `state.json`: the whole cluster; `installSeconds` is how long an installer takes on one node
        - `redis-upgrade lab fault \(folder) N NAME [off]` switches a fault on or off, see below

        - `redis-upgrade simulate package \(folder)/nodes/1 VERSION` brings the installers of another version, for all
          nodes: the next hop of a route

        A `%` below stands for what changes. The vendor's packages are signed (`dpkg-sig --verify`, `rpm --checksig`);
        a simulated one has nothing to sign, so that its digest stands for it.

        ## What is real

        The shards are real redis-servers on 127.0.0.1, and every database endpoint is a proxy in front of them: a
        restart, a hand-over or a lost data set is really felt by a client. Versions of databases are only names; behind
        those before 7 there is redis 6.2.14, behind 7.0 to 7.3 redis 7.0.15, behind newer ones redis 8.0.2.

        A proxy passes on what belongs to one shard, and INFO, DBSIZE and FLUSHALL; it refuses transactions, publish and
        subscribe, and the commands of a server's administrator. `parallel_shards_upgrade` is read and changes nothing.

        ## What is invented

        - How the cluster chooses its next primary node: the newest software, then the lowest number.
        - That replicated primaries hand over before the services of their node stop, so that no write is lost.
        - That data without replication and persistence outlives the restart of its node (not the database's upgrade).
        - That moving a shard between nodes changes nothing but the tables: all servers live on this machine.
        - The words of everything that fails, and these lines:

        \(invented.joined(separator: "\n"))

        ## Faults

        \(faults.joined(separator: "\n"))

        """
    }
  }
}
