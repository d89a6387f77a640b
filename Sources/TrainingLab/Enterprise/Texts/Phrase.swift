// What the simulated programs print, as a table: each line with where it is known from, or marked as invented.

extension Simulator {
  /// A line of a program; `%` stands for what changes from time to time.
  package enum Phrase: CaseIterable, Sendable {
    case enableUpgradeMode, disableUpgradeMode, swap, syncing, tune, clock, firewall, path, runCheck
    case complete, login, browser, checkCommand
    case found, checking, stopping, starting, packages, primaryFirst, unknown, notAnswered, refused, alreadyOn
    case unsupportedPath, dnsBusy, portsBusy, died, opensslDied, cannotStart, goesOnWithout, staysOn, notInCluster
    case nothingToDo, otherInstaller
    case mixedVersions, wouldLose, notBundled, sameVersion, noDatabase, busyDatabase, noQuorum, noCluster, noNode
    case finished, monitoring, failedMachine, oneMaster, setMaster, maintenanceQuorum

    /// Where a text is known from.
    package enum Source: Equatable, Sendable {
      case documented(String)
      /// No public source gives it: it is our guess, in the vendor's manner.
      case invented
    }

    package struct Row: Sendable {
      package let text: String
      package let source: Source
    }

    /// The line with its blanks filled in, from left to right.
    package func callAsFunction(_ parts: String...) -> String {
      var rest = parts[...]
      return row.text.split(separator: "%", omittingEmptySubsequences: false).reduce(into: "") { line, piece in
        if piece.startIndex != row.text.startIndex { line += rest.popFirst() ?? "" }
        line += piece
      }
    }

    package var isInvented: Bool { row.source == .invented }

    package var row: Row { Self.table[self] ?? Row(text: "\(self)", source: .invented) }

    private static let table: [Phrase: Row] = documented.merging(invented) { known, _ in known }

    private static let documented: [Phrase: Row] = {
      let old = "redislabs-docs, rs/installing-upgrading/upgrading.md"
      let script = "redis/docs, operate/rs/installing-upgrading/install"
      let rladmin = "redis/docs, operate/rs/references/cli-utilities/rladmin"
      func row(_ text: String, _ source: String) -> Row { Row(text: text, source: .documented(source)) }
      return [
        .enableUpgradeMode: row("Do you want to enable upgrade mode now [Y/N]?", old),
        .disableUpgradeMode: row("Do you want to disable upgrade mode now [Y/N]?", old),
        .swap: row("Swap is enabled. Do you want to proceed? [Y/N]?", script),
        .syncing: row(
          "shard:% of db:% is now syncing. Do you want to continue the upgrade",
          "redislabs-docs, installing the setup package"),
        .tune: row("Do you want to automatically tune the system for best performance [Y/N]?", script),
        .clock: row("Do you want to set up NTP time synchronization now [Y/N]?", script),
        .firewall: row(
          "Would you like to open RedisLabs cluster ports on the default firewall zone [Y/N]?", script),
        .path: row("Add Redis-Enterprise paths to $PATH variable (recommended) [Y/N]?", script),
        .runCheck: row("Would you like to run rlcheck to verify proper configuration? [Y/N]?", script),
        .complete: row("Installation is complete!", script),
        .login: row("Please logout and login again to make sure all environment changes are applied.", script),
        .browser: row("Point your browser at the following URL to continue:", script),
        .checkCommand: row("executing: '/opt/redislabs/bin/rlcheck%'", script),
        .finished: row("Finished successfully", "\(rladmin)/tune.md"),
        .monitoring: row("Monitoring %", "redis/docs, operate/rs/installing-upgrading/upgrading/upgrade-database.md"),
        .oneMaster: row("Node % is the cluster master node", "\(rladmin)/cluster/master.md"),
        .setMaster: row("Node % set to be the cluster master node", "\(rladmin)/cluster/master.md"),
      ]
    }()

    private static let invented: [Phrase: Row] = [
      .found: "Existing installation found: %. Upgrading to %",
      .checking: "Checking system prerequisites ...",
      .stopping: "executing: 'supervisorctl stop all'",
      .starting: "executing: 'supervisorctl start all'",
      .packages: "Installing packages ... %",
      .primaryFirst: "The cluster master node (node:%) was not upgraded yet. Do you want to continue [Y/N]?",
      .unknown: "The internode certificates will expire soon. Keep, rotate or abort [K/R/A]?",
      .notAnswered: "Input was closed before the question was answered. Aborting.",
      .refused: "Aborting the installation on user request.",
      .alreadyOn: "Upgrade mode is already enabled, resuming the upgrade.",
      .unsupportedPath: "Upgrading from % to % is not supported.",
      .dnsBusy: "Port 53 is in use by another process. Release it, or run with --skip-dns-port-verification.",
      .portsBusy: "Required port(s) are in use: %",
      .died: "Installation failed: a package script returned an error. See /var/opt/redislabs/log/install.log",
      .opensslDied: "Installation failed: libssl.so.3: version `OPENSSL_3.3.0' not found",
      .cannotStart: "Failed to start: %",
      .goesOnWithout: "Upgrade mode stays disabled.",
      .staysOn: "Upgrade mode stays enabled.",
      .notInCluster: "This node is not a member of a cluster.",
      .otherInstaller: "Another installation is running on this node.",
      .nothingToDo: "Version % is already installed.",
      .mixedVersions: "ERROR: The cluster upgrade is not completed: nodes run different versions.",
      .wouldLose: "ERROR: The database has no replication and no persistence, its data would be lost. "
        + "Use discard_data to upgrade it without its data.",
      .notBundled: "ERROR: Redis version % is not supported by this cluster.",
      .sameVersion: "ERROR: The database already runs Redis version %.",
      .noDatabase: "ERROR: Database % does not exist",
      .busyDatabase: "ERROR: Another action is running on db:%",
      .noQuorum: "ERROR: no quorum",
      .noCluster: "ERROR: Could not connect to the cluster configuration store on this node",
      .noNode: "ERROR: Node % does not exist",
      .failedMachine: "failed - %",
      .maintenanceQuorum: "ERROR: Maintenance mode cannot be turned on: the cluster would lose its quorum.",
    ]
    .mapValues { Row(text: $0, source: .invented) }
  }
}
