import UpgradeCore

/// What `--help` prints, made from the tables that parsing uses.
package enum HelpText {
  /// No line is longer, so that it reads on every terminal.
  static let width = 80
  /// Where explanations start.
  private static let indent = 26

  /// The help of a subcommand; of the whole program where none was named.
  package static func text(for subcommand: Subcommand) -> String {
    subcommand == .startScreen ? program() : page(subcommand)
  }

  private static func program() -> String {
    var lines = ["Upgrades a Redis or Valkey deployment in place, one node at a time.", ""]
    for subcommand in Subcommand.allCases where subcommand != .hold {
      lines += row(subcommand.synopsis, subcommand.summary, indent: 42)
    }
    lines += [""] + target + [""] + exitCodes
    lines += ["", "Flags: redis-upgrade SUBCOMMAND --help", ""]
    return lines.joined(separator: "\n")
  }

  private static func page(_ subcommand: Subcommand) -> String {
    var lines = [subcommand.synopsis, ""] + wrapped(subcommand.summary, indent: 0)
    lines.append("")
    switch subcommand.arguments {
    case .target: lines += target + [""]
    case .targetOrRun: lines += target + run(subcommand) + [""]
    case .optionalRun: lines += run(subcommand) + [""]
    case .optionalDrill:
      lines +=
        row(
          "DRILL",
          "replication, sentinel or standalone: the main job on servers outside of a cluster; enterprise: on a simulated "
            + "cluster of Redis Enterprise Software; without one, on a real cluster")
        + [""]
    case .labAction: lines += labActions + [""]
    case .words: lines += words + [""]
    case .none: break
    }
    for row in FlagRow.table where row.places.contains(subcommand) {
      lines += self.row("  " + row.synopsis, row.help)
    }
    lines += [""] + exitCodes + [""]
    return lines.joined(separator: "\n")
  }

  private static let target = row(
    "TARGET",
    "any server of the deployment: redis://host:port, rediss://host:port for TLS, valkey://host:port, "
      + "valkeys://host:port, host:port or unix:PATH; sentinel://host:port/NAME for what a Sentinel watches; "
      + "enterprise://host for a node of Redis Enterprise Software; several are separated by commas")

  private static let labActions =
    row("up [cluster]", "starts servers that go on by themselves, prints their target and a profile for them")
    + row(
      "up replication", "starts a primary, two servers that follow it, and one that follows the second of them")
    + row("up sentinel", "starts a primary, two servers that follow it, and three Sentinels that watch over them")
    + row("up standalone", "starts a single server")
    + row(
      "up enterprise",
      "starts a simulator of a Redis Enterprise Software cluster, from one version to another such as 7.22.0-250")
    + row("down", "ends the lab in --dir, or the only one; --all ends every one")
    + row("list", "the labs that run, with their directories")
    + row("fetch RELEASE...", "has servers of these releases on this machine beforehand")
    + row(
      "write [TARGET]",
      "a client that writes numbers and never retries, to the only lab or to TARGET; SIGINT or SIGTERM ends it, and it "
        + "reads back what it wrote and reports (exit 4 where anything failed or is lost)")

  private static let words =
    row("NAME", "a rule, a hazard, a change or a blocked patch, such as acl-channels; without one, all names")
    + row("", "rules, hazards, changes, blocks or releases: the list of them with their titles")
    + row("VERSION", "what a release is, where it comes from and goes to: 7.2.4, valkey-8.1.1")
    + row("VERSION VERSION", "what is known about going from one to the other: 6.2.14 7.0.15")

  private static func run(_ subcommand: Subcommand) -> [String] {
    let unfinished = subcommand == .resume || subcommand == .cleanup || subcommand == .watch
    return row(
      "RUN",
      unfinished ? "a run's id; without one, the newest that is not finished" : "a run's id; without one, the newest")
  }

  private static let exitCodes =
    ["Exit codes:"] + ExitCode.allCases.flatMap { row("  \($0.rawValue)", $0.meaning, indent: 8) }

  /// A term and its explanation beside it, or below it where the term is long.
  private static func row(_ term: String, _ explanation: String, indent: Int = indent) -> [String] {
    let lines = wrapped(explanation, indent: indent)
    guard let first = lines.first, term.count + 2 <= indent else { return [term] + lines }
    let gap = String(repeating: " ", count: indent - term.count)
    return [term + gap + first.dropFirst(indent)] + lines.dropFirst()
  }

  /// The text in lines that start `indent` columns in and end before ``width``.
  private static func wrapped(_ text: String, indent: Int) -> [String] {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if line.isEmpty {
        line = margin + word
      } else if line.count + 1 + word.count <= width {
        line += " " + word
      } else {
        lines.append(line)
        line = margin + word
      }
    }
    if !line.isEmpty { lines.append(line) }
    return lines
  }
}
