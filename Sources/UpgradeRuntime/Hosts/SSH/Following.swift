// One command on a host, followed to its end over a link that may go and come back.

import Synchronization
import SystemIO
import UpgradeCore

/// Follows one command; whatever happens to the link, the command is looked for again until its bound is over.
struct Following: Sendable {
  private let job: HostJob
  private let files: HoldFiles
  private let host: String
  private let link: SSHLink
  private let hold: SupervisorScript.Hold
  private let output: @Sendable ([UInt8]) -> Void
  private let keyboards: Keyboards
  private let loop: EventLoop

  init(
    _ job: HostJob, _ files: HoldFiles, _ host: String, _ link: SSHLink, _ hold: SupervisorScript.Hold,
    _ keyboards: Keyboards, _ output: @escaping @Sendable ([UInt8]) -> Void, _ loop: EventLoop
  ) {
    self.job = job
    self.files = files
    self.host = host
    self.link = link
    self.hold = hold
    self.keyboards = keyboards
    self.output = output
    self.loop = loop
  }

  /// - Parameter start: what begins the command; nil looks for one that an earlier wizard may have begun.
  func run(_ start: SupervisorScript?) async -> HostResult {
    let deadline = loop.now + job.bound
    let copy: UnsyncedFile
    do throws(SystemError) {
      copy = try UnsyncedFile(files.output)
    } catch {
      return HostResult(.unknown("its output cannot be kept: \(error)"), files)
    }
    defer {
      try? copy.sync()
      keyboards.forget(job.id)
    }
    var script = start
    var silent = 0
    while true {
      // Linked already where it is to be started: then nothing may be sent again that was sent once.
      if script == nil, let failure = await reconnect(until: deadline) {
        return HostResult(
          .unknown("the link to \(host) is gone, and what became of it is not known. \(failure)"), files)
      }
      let kept = (try? Files.size(files.output)) ?? 0
      let left = deadline - loop.now
      guard left > .zero else { return HostResult(.overdue, files) }
      await offerKeyboard()
      let talk: SSHTalk
      do throws(SSHFailure) {
        talk = try await link.talk(script ?? .settle(hold, from: kept), within: left) { [output] bytes in
          try? copy.append(bytes)
          output(bytes)
        }
      } catch {
        guard script == nil else { return ended(.refused(error.description)) }
        return HostResult(.unknown(error.description), files)
      }
      if let kind = verdict(of: talk) { return ended(kind) }
      keyboards.close(job.id, "The link to \(host) is lost; it is being tried again.")
      guard talk.status != nil else { return HostResult(.overdue, files) }
      // A link that comes back each time, and a shell there that never says a word.
      silent = talk.printed == 0 ? silent + 1 : 0
      if silent == Following.longestSilence {
        let last = talk.complaints.last(where: { !$0.isEmpty }).map { ": \($0)" } ?? ""
        return HostResult(.unknown("\(host) does not tell what became of it\(last)"), files)
      }
      script = nil
    }
  }

  private static let longestSilence = 20

  /// What is typed reaches the command as long as the link is there, where the host can give it a terminal.
  private func offerKeyboard() async {
    guard let tools = await link.connected else { return }
    guard tools.hasTerminal else {
      return keyboards.close(
        job.id, "\(host) has no `script` or no `mkfifo`: the command has no terminal there, and reads nothing.")
    }
    keyboards.open(job.id) { [hold, link] lost throws(HostFailure) in
      try await RemoteKeyboard.open(hold, link, lost: lost)
    }
  }

  private func ended(_ kind: HostResult.Kind) -> HostResult {
    files.write(kind)
    return HostResult(kind, files)
  }

  /// What the script said last of the command; nil where the link broke before it said so.
  private func verdict(of talk: SSHTalk) -> HostResult.Kind? {
    for said in talk.said {
      switch said.first {
      case "ended": return .exited(said.dropFirst().first.flatMap { Int32($0) } ?? -1)
      case "never": return .neverStarted
      case "lost":
        return .unknown(
          "it was cut off on \(host) (killed, or the host went down), and left no word of how far it had come")
      case "failed":
        let last = talk.complaints.last(where: { !$0.isEmpty }).map { ": \($0)" } ?? ""
        return .refused("nothing can be written into ~/.redis-upgrade on \(host)\(last)")
      default: break
      }
    }
    return nil
  }

  /// Tries until the link is there; the reason where a person is needed for that, or the bound is over.
  private func reconnect(until deadline: MonotonicTime) async -> String? {
    var pause = Duration.milliseconds(200)
    while true {
      do throws(SSHFailure) {
        _ = try await link.open()
        return nil
      } catch {
        guard !error.isFinal, loop.now + pause < deadline else { return error.description }
        output(Array("\r\n[\(error.description); trying again]\r\n".utf8))
        do throws(CancellationError) { try await loop.sleep(for: pause) } catch { return "it was given up" }
        pause = min(pause * 2, .seconds(10))
      }
    }
  }
}
