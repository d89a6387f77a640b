// What the vendor's installer asks at its terminal, as data: how it is recognised, and what is answered, and why.

extension Enterprise {
  /// A question of a running installer.
  package struct Prompt: Hashable, Sendable {
    /// Its name in the table; nil for one that is not in it.
    package var name: String?
    /// The line as it stands at the terminal, without time and tag.
    package var text: String

    package init(name: String?, text: String) {
      self.name = name
      self.text = text
    }

    var row: InstallerPrompts.Row? { InstallerPrompts.table.first { $0.name == name } }
  }

  package enum InstallerPrompts {
    /// Who answers.
    enum Treatment: Sendable {
      /// The operator, by a question of this kind.
      case asked(QuestionKind)
      /// This, at once; the journal says so.
      case replied(String)
    }

    struct Row: Sendable {
      let name: String
      /// Words that the line holds, in small letters.
      let words: String
      let treatment: Treatment
      /// What is recommended, and why: shown where the operator is asked, written down where nobody is.
      let advice: String
      let source: String
    }

    private static let upgrading = "redislabs-docs, rs/installing-upgrading/upgrading.md"
    private static let script = "redis/docs, operate/rs/installing-upgrading/install/install-script.md"

    static let table: [Row] = [
      Row(
        name: "enable-upgrade-mode", words: "enable upgrade mode now", treatment: .asked(.enableUpgradeMode),
        advice: "yes: the cluster then leaves shards and roles alone while this node is upgraded", source: upgrading),
      Row(
        name: "disable-upgrade-mode", words: "disable upgrade mode now", treatment: .asked(.disableUpgradeMode),
        advice: "yes: the installer of the next node asks to enable it again", source: upgrading),
      Row(
        name: "syncing", words: "is now syncing", treatment: .replied("N"),
        advice:
          "a shard that is in the middle of a sync would lose it: it is waited for, then the installer is run again",
        source: "redislabs-docs, installing the setup package"),
      Row(
        name: "master-first", words: "master node (node:", treatment: .replied("N"),
        advice: "the cluster's primary node goes first: the order is looked at again",
        source: "redis/docs, install script, ignore_master_version; the line's own words are not documented"),
      Row(
        name: "swap", words: "swap is enabled", treatment: .asked(.installerPrompt),
        advice: "no, then `swapoff -a` on the host and again: a node that swaps answers too late", source: script),
      Row(
        name: "tune", words: "automatically tune the system", treatment: .asked(.installerPrompt),
        advice: "yes: it sets kernel parameters that the vendor recommends; no where your own tools manage them",
        source: script),
      Row(
        name: "clock", words: "set up ntp time synchronization", treatment: .asked(.installerPrompt),
        advice: "yes where no chrony or ntpd runs: a cluster needs one time", source: script),
      Row(
        name: "firewall", words: "cluster ports on the default firewall zone", treatment: .asked(.installerPrompt),
        advice: "yes, unless your own tools manage the firewall: the target's new ports have to be open between nodes",
        source: script),
      Row(
        name: "path", words: "paths to $path variable", treatment: .asked(.installerPrompt),
        advice: "yes: rladmin and rlcheck are then found without their folder", source: script),
      Row(
        name: "existing-user", words: "already exists, which may lead to problems", treatment: .asked(.installerPrompt),
        advice: "no: on an upgrade the user and group are the installation's own; this asks for a new installation",
        source: script),
      Row(
        name: "rlcheck", words: "run rlcheck to verify", treatment: .replied("Y"),
        advice: "it only reads", source: script),
    ]

    /// A question at the end of what was printed so far; nil where the last line asks nothing.
    ///
    /// - Parameters:
    ///   - line: what stands behind the last line break, control sequences taken out.
    ///   - isQuiet: nothing has come for a while, so that a line that nobody knows may be a question, too.
    package static func read(_ line: some StringProtocol, isQuiet: Bool) -> Prompt? {
      let text = withoutTime(line.trimmingBlanks)
      guard !text.isEmpty else { return nil }
      let small = text.lowercased()
      if let row = table.first(where: { small.contains($0.words) }) {
        // Its words may come in pieces: what asks ends with a mark, or stays as it is.
        let isWhole = text.hasSuffix("?") || text.hasSuffix("]") || text.hasSuffix(")") || isQuiet
        return isWhole ? Prompt(name: row.name, text: text) : nil
      }
      guard isQuiet, let last = text.last, "?:])>".contains(last) else { return nil }
      return Prompt(name: nil, text: text)
    }

    /// Why an installer that ended is waited with and run again, out of a line of its last ones: it was told no to a
    /// question that is answered no for the time being.
    package static func waiting(_ line: some StringProtocol) -> String? {
      let small = line.lowercased()
      guard let row = table.first(where: { small.contains($0.words) }), case .replied("N") = row.treatment,
        line.trimmingBlanks.hasSuffix("N")
      else { return nil }
      return row.advice
    }

    /// `2017-04-24 10:54:12 [?] ` before the question.
    private static func withoutTime(_ line: String) -> String {
      guard let tag = line.firstRange(of: "[?] "), line[..<tag.lowerBound].allSatisfy({ "0123456789-: ".contains($0) })
      else { return line }
      return String(line[tag.upperBound...])
    }
  }
}
