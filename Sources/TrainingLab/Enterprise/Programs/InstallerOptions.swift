// The words of `install.sh`, and its file of answers (redis/docs, operate/rs/installing-upgrading/install).

extension Simulator {
  package struct InstallerOptions: Equatable, Sendable {
    package var version: Version
    package var saysYes = false
    package var answers: [String: Bool] = [:]
    package var skipsDNS = false

    package enum Outcome: Equatable, Sendable {
      case install(InstallerOptions, answerFile: String?)
      case help
      case wrong(String)
    }

    /// Reads the words; the wrapper says first which package it belongs to.
    package static func read(_ words: [String]) -> Outcome {
      var rest = words[...]
      guard rest.popFirst() == "--package", let version = rest.popFirst().flatMap({ Version($0) }) else {
        return .wrong("The package is damaged: it does not say its version.")
      }
      var options = InstallerOptions(version: version)
      var file: String?
      while let word = rest.popFirst() {
        switch word {
        case "--help", "-h": return .help
        case "-y": options.saysYes = true
        case "-c":
          guard let name = rest.popFirst() else { return .wrong("-c needs a file") }
          file = name
        case "--skip-dns-port-verification": options.skipsDNS = true
        case "--update-env-path", "--skip-updating-env-path": continue
        case "-s", "--install-dir", "--config-dir", "--var-dir", "--os-user", "--os-group":
          return .wrong("\(word) cannot be used when upgrading an existing installation")
        default: return .wrong("unknown option \(word)")
        }
      }
      return .install(options, answerFile: file)
    }

    /// Lines of `ignore_swap=no`; an unknown key is passed over, a value that is neither yes nor no is no answer.
    package static func answers(in text: String) -> [String: Bool] {
      var answers: [String: Bool] = [:]
      for line in text.split(whereSeparator: \.isNewline) {
        let sides = line.split(separator: "=", maxSplits: 1).map { $0.filter { !$0.isWhitespace } }
        guard sides.count == 2, ["yes", "no"].contains(sides[1]) else { continue }
        answers[sides[0]] = sides[1] == "yes"
      }
      return answers
    }

    package static let help = """
      Usage: ./install.sh [OPTIONS]
        -y                            answers yes to all prompts
        -c FILE                       answers prompts from a file
        -s DIR                        directory for sockets (new installations only)
        --install-dir DIR             (new installations only)
        --config-dir DIR              (new installations only)
        --var-dir DIR                 (new installations only)
        --os-user USER                (new installations only)
        --os-group GROUP              (new installations only)
        --skip-dns-port-verification  does not verify that port 53 is free
        --update-env-path             adds the paths to root's PATH
        --help                        this list
      """
  }
}
