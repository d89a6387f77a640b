// Looks on a node's host whether the file is there by which it knows at its next start who it is.

import UpgradeCore

extension HostLookup {
  /// What is known of `nodes.conf`; nil where the server's process is not seen there, as for one in a container.
  ///
  /// - Parameters:
  ///   - running: the directory that the server works in, as it says.
  ///   - stored: what its next start reads.
  func identityFile(of node: NodeSetup, running: [String: String], stored: StoredConfiguration?) async -> IdentityFile?
  {
    // Before 7.0 CONFIG GET does not tell the file's name (redis 6.2 config.c): then only the stored line does.
    guard let directory = running["dir"], directory.hasPrefix("/"),
      let file = stored?.value(of: "cluster-config-file") ?? running["cluster-config-file"]
        ?? stored.map({ _ in "nodes.conf" })
    else { return nil }
    let next = stored?.value(of: "dir").flatMap { $0.hasPrefix("/") ? $0 : nil } ?? directory
    let command = IdentityFileReader.command(process: node.processID, directory: directory, next: next, file: file)
    guard let answer = await ask(command, on: node, within: .seconds(10)), answer.code == 0 else { return nil }
    let path = file.hasPrefix("/") ? file : "\(next.hasSuffix("/") ? String(next.dropLast()) : next)/\(file)"
    return IdentityFileReader.file(path, OutputTail.lines(of: answer.output))
  }
}

/// The shell that looks, and what its lines mean.
enum IdentityFileReader {
  /// That the process works in that directory proves that this is its host, and its view of the files.
  static func command(process: Int, directory: String, next: String, file: String) -> String {
    """
    there=$(readlink "/proc/\(process)/cwd") && [ "$there" -ef \(ShellQuoting.word(directory)) ] || exit 3
    cd \(ShellQuoting.word(next)) || exit 3
    file=\(ShellQuoting.word(file.hasPrefix("-") ? "./" + file : file))
    [ -e "$file" ] || { echo missing; exit 0; }
    echo there "$(stat -f -c %T "$file" 2>/dev/null)"
    { while read -r id _ flags _; do
      case ,$flags, in *,myself,*) echo node "$id" ;; esac
    done <"$file"; } 2>/dev/null
    exit 0
    """
  }

  /// nil where the lines are none of that script's.
  static func file(_ path: String, _ lines: [String]) -> IdentityFile? {
    var file: IdentityFile?
    for line in lines {
      let words = line.split(separator: " ").map(String.init)
      switch words.first {
      case "missing": return IdentityFile(path: path, isThere: false)
      case "there": file = IdentityFile(path: path, isThere: true, fileSystem: words.dropFirst().first)
      case "node": if words.count == 2 { file?.node = NodeID(words[1]) }
      default: continue
      }
    }
    return file
  }
}
