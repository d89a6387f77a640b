// The files by which a held command is known: written by its holder, read by any later wizard.

import SystemIO
import UpgradeCore

/// Names and contents of one held command's files in a run's `output` folder.
///
/// - `NAME.job`: what is to be run; made once with O_EXCL before the command starts, so no command runs twice.
/// - `NAME.lock`: locked as long as the holder lives.
/// - `NAME.out`: every byte that the command wrote.
/// - `NAME.status`: how it ended; written atomically when it is over.
/// - `NAME.sock`: where its holder listens while it runs.
struct HoldFiles: Sendable {
  let folder: String
  let name: String

  init(folder: String, name: String) {
    self.folder = folder
    self.name = name
  }

  /// The name of an effect as a file's: short enough for a socket, and the same in every wizard.
  init(folder: String, _ effect: EffectID) {
    let object = effect.step.object.description.split(separator: ":").last.map { String($0.prefix(12)) } ?? "all"
    self.init(folder: folder, name: "\(effect.step.verb.rawValue)-\(object)-\(effect.attempt)")
  }

  var job: String { "\(folder)/\(name).job" }
  var lock: String { "\(folder)/\(name).lock" }
  var output: String { "\(folder)/\(name).out" }
  var status: String { "\(folder)/\(name).status" }
  var socket: String { "\(folder)/\(name).sock" }

  /// What stands in a job file in place of a command that may never run any more.
  static let never = "never\n"

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

  /// The name of another command for the same object whose holder still lives; nil where there is none.
  func atWork() throws(SystemError) -> String? {
    guard let end = name.lastIndex(of: "-"), let start = name[..<end].lastIndex(of: "-") else { return nil }
    let object = name[start...end]
    for file in try Files.list(folder) where file.hasSuffix(".lock") {
      let other = String(file.dropLast(5))
      guard other != name, other[..<(other.lastIndex(of: "-") ?? other.startIndex)].hasSuffix(object.dropLast())
      else { continue }
      switch try Files.lock("\(folder)/\(file)", content: []) {
      case .held(let lock): lock.release()
      case .taken: return other
      }
    }
    return nil
  }

  /// How it ended; nil where that is not written (yet).
  func ending() -> HostResult.Kind? {
    guard let bytes = try? Files.read(status, limit: 4096) else { return nil }
    let words = String(decoding: bytes, as: UTF8.self).split(separator: " ").map(String.init)
    guard words.count >= 2, words.last == "end\n", let number = Int32(words[1]) else { return nil }
    return words[0] == "exited" ? .exited(number) : words[0] == "signalled" ? .signalled(number) : nil
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
