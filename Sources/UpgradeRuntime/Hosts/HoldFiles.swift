// The files by which a held command is known: written by its holder, read by any later wizard.

import SystemIO
import UpgradeCore

/// Names and contents of one held command's files in a run's `output` folder.
///
/// - `NAME.job`: what is to be run; made once with O_EXCL before the command starts, so no command runs twice.
/// - `NAME.lock`: locked as long as the holder lives; its process, and a line for what it understands (`keys`).
/// - `NAME.out`: every byte that the command wrote.
/// - `NAME.status`: how it ended; written atomically when it is over.
/// - `NAME.sock`: where its holder listens while it runs.
package struct HoldFiles: Sendable {
  let folder: String
  let name: String

  init(folder: String, name: String) {
    self.folder = folder
    self.name = name
  }

  /// The name of an effect as a file's: short enough for a socket, and the same in every wizard.
  init(folder: String, _ effect: EffectID) {
    let object: String =
      switch effect.step.object {
      case .deployment: "all"
      // Addresses of neighbours begin alike, and outside of clusters they are the names of nodes.
      case .node(let node) where node.isAddress: Self.short(node.text)
      case .node(let node): String(node.text.prefix(12))
      // A shard's commands are about a member of it.
      case .shard(let shard): shard.description + (effect.step.argument.map { "-" + Self.short($0) } ?? "")
      case .database(let number): "db\(number)"
      case .host(let host): Self.short(host)
      }
    self.init(folder: folder, name: "\(effect.step.verb.rawValue)-\(object)-\(effect.attempt)")
  }

  private static func short(_ text: String) -> String { String(SHA256.hexadecimal(text.utf8).prefix(12)) }

  var job: String { "\(folder)/\(name).job" }
  var lock: String { "\(folder)/\(name).lock" }
  var output: String { "\(folder)/\(name).out" }
  var status: String { "\(folder)/\(name).status" }
  var socket: String { "\(folder)/\(name).sock" }

  /// What stands in a job file in place of a command that may never run any more.
  static let never = "never\n"

  /// What goes in through a holder's standard input. The end is a byte of its own: a wizard that dies before it has
  /// said all would else have half a command run, or an empty one, which does nothing and does it well.
  static func message(_ text: String) -> [UInt8] { Array(text.utf8) + [0] }

  /// The command in a message; nil where its end is missing.
  package static func command(in message: [UInt8]) -> String? {
    message.last == 0 ? String(decoding: message.dropLast(), as: UTF8.self) : nil
  }

  /// Takes the only slot in which this command can run; false where somebody has it already.
  func claim(_ text: String) throws(SystemError) -> Bool {
    do throws(SystemError) {
      try Files.createExclusively(job, Array(text.utf8))
      return true
    } catch {
      if error.code == .exists { return false }
      throw error
    }
  }

  /// A command in this folder whose holder still lives: its name and its holder's process; nil where there is none.
  static func atWork(in folder: String) throws(SystemError) -> (name: String, process: String)? {
    for file in try Files.list(folder).sorted() where file.hasSuffix(".lock") {
      switch try Files.lock("\(folder)/\(file)", content: []) {
      case .held(let lock): lock.release()
      case .taken(let content):
        return (String(file.dropLast(".lock".count)), String(decoding: content.prefix { $0 != 0x0A }, as: UTF8.self))
      }
    }
    return nil
  }

  /// What a holder of this version says about itself in its lock.
  static func introduction(_ process: Int32) -> [UInt8] { Array("\(process)\nkeys\n".utf8) }

  /// Whether the holder takes what is typed; one of an earlier version would pass over it without a word.
  var takesKeys: Bool {
    guard let bytes = try? Files.read(lock, limit: 4096) else { return false }
    return bytes.split(separator: 0x0A).dropFirst().contains { $0.elementsEqual("keys".utf8) }
  }

  /// How it ended; nil where that is not written (yet).
  func ending() -> HostResult.Kind? {
    guard let bytes = try? Files.read(status, limit: 4096) else { return nil }
    let words = String(decoding: bytes, as: UTF8.self).split(separator: " ").map(String.init)
    guard words.count >= 2, words.last == "end\n", let number = Int32(words[1]) else { return nil }
    return switch words[0] {
    case "exited": .exited(number)
    case "signalled": .signalled(number)
    case "never": .neverStarted
    default: nil
    }
  }

  /// What is known here of how a command of another host ended; what is not an end is not written.
  func write(_ kind: HostResult.Kind) {
    let text: String
    switch kind {
    case .exited(let code): text = "exited \(code) end\n"
    case .signalled(let number): text = "signalled \(number) end\n"
    case .neverStarted, .refused: text = "never 0 end\n"
    case .overdue, .unknown: return
    }
    // Where it cannot be written, the host is asked once more.
    try? Files.writeAtomically(status, Array(text.utf8))
  }

  func write(_ status: ExitStatus) throws(SystemError) {
    let text =
      switch status {
      case .exited(let code): "exited \(code) end\n"
      case .signalled(let number): "signalled \(number) end\n"
      case .unknown: "unknown 0 end\n"
      }
    try Files.writeAtomically(self.status, Array(text.utf8))
  }
}

extension HostResult {
  /// A result with what the command's output file holds.
  init(_ kind: Kind, _ files: HoldFiles) {
    let bytes = (try? Files.read(files.output, limit: 64 << 20)) ?? []
    self.init(
      kind: kind, outputPath: files.output, outputLength: bytes.count,
      tail: OutputTail.lines(of: bytes.suffix(16 << 10)))
  }
}
