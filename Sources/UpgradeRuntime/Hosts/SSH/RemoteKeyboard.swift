// The keyboard of a command on a host: one more session over the link that is there, into the command's FIFO.

import Synchronization
import SystemIO

/// What is typed goes in through a session's standard input, and stands in no argument and no file on the host.
final class RemoteKeyboard: KeyboardLine {
  private let link: SSHLink
  private let child: ChildProcess
  private let isClosed = Mutex(false)

  private init(_ link: SSHLink, _ child: ChildProcess) {
    self.link = link
    self.child = child
  }

  /// Opens a session that is ready to be typed into.
  static func open(
    _ hold: SupervisorScript.Hold, _ link: SSHLink, lost: @escaping @Sendable (String) -> Void
  ) async throws(HostFailure) -> RemoteKeyboard {
    await link.enter()
    let child: ChildProcess
    do throws(SSHFailure) {
      child = try link.spawn(link.login.session(to: link.host, control: link.control))
    } catch {
      await link.leave()
      throw HostFailure(error.description)
    }
    let keyboard = RemoteKeyboard(link, child)
    link.loop.task {
      let status = await child.exit()
      await link.leave()
      keyboard.ended(status, lost)
    }
    let script = SupervisorScript.type(into: hold)
    let talk = await keyboard.begin(script)
    guard talk.says("ready") else {
      await keyboard.close()
      throw HostFailure(
        talk.says("closed")
          ? "The command has no terminal on \(link.host) that could be typed into, or it has just ended."
          : "No keyboard could be opened on \(link.host): "
            + (talk.complaints.last { !$0.isEmpty } ?? "the link does not answer") + ".")
    }
    // What it says from here on is heard by nobody, and must not stop it.
    link.loop.task { while let bytes = try? await child.read(upTo: 4096), !bytes.isEmpty {} }
    link.loop.task { while let bytes = try? await child.readError(upTo: 4096), !bytes.isEmpty {} }
    return keyboard
  }

  private func begin(_ script: SupervisorScript) async -> SSHTalk {
    let deadline = link.loop.now + .seconds(10)
    var talk = SSHTalk()
    var lines = LineSplitter()
    do throws(SystemError) {
      try await child.write(Array(script.text.utf8), within: .seconds(10))
      while !talk.says("ready"), !talk.says("closed") {
        let bytes = try await child.readError(upTo: 4096, within: deadline - link.loop.now)
        if bytes.isEmpty { break }
        for line in lines.take(bytes) { talk.hear(line, script.mark) }
      }
    } catch {
      talk.complaints.append("it did not answer within 10 s")
    }
    return talk
  }

  private func ended(_ status: ExitStatus, _ lost: @Sendable (String) -> Void) {
    let wasClosed = isClosed.withLock { isClosed in
      defer { isClosed = true }
      return isClosed
    }
    child.closeStreams()
    if !wasClosed { lost("the link to \(link.host) was lost") }
  }

  func type(_ bytes: [UInt8]) async throws(HostFailure) {
    do throws(SystemError) {
      try await child.write(bytes)
    } catch {
      throw HostFailure("the link to \(link.host) was lost")
    }
  }

  func close() async {
    isClosed.withLock { $0 = true }
    child.closeInput()
    // The session ends with its input; only our own end of it is ended by force.
    if await child.exit(within: .seconds(2)) == nil { _ = try? child.send(.kill) }
  }
}
