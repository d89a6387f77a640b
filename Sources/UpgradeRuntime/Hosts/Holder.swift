// The process behind `redis-upgrade hold`: it owns a command's terminal and outlives the wizard that started it.

package import SystemIO
package import UpgradeCore

/// Runs one command of the profile on a terminal of its own, keeps every byte, and says how it ended.
///
/// A wizard that dies changes nothing: the command's input stays open, its output goes on into the file, and the next
/// wizard finds the socket, or the status.
package struct Holder: Sendable {
  private let loop: EventLoop
  private let files: HoldFiles
  private let size: TerminalSize

  /// `folder` and `name`: see `HoldFiles`. The terminal begins with `size`; whoever listens may give it another one.
  package init(loop: EventLoop, folder: String, name: String, size: TerminalSize = .standard) {
    self.loop = loop
    self.size = size
    files = HoldFiles(folder: folder, name: name)
  }

  /// Exit codes of the holder itself: 0, the command was run and its end is written; 3, somebody has run it already;
  /// 4, it could not be run, and nothing was.
  package func run(_ text: String) async -> Int32 {
    do throws(SystemError) {
      guard case .held(let lock) = try Files.lock(files.lock, content: HoldFiles.introduction(Host.processID)) else {
        return 3
      }
      defer { lock.release() }
      guard try files.claim(text) else { return 3 }
      return try await hold(text)
    } catch {
      return 4
    }
  }

  private func hold(_ text: String) async throws(SystemError) -> Int32 {
    // Made before the command starts: from its first byte on nothing can be lost.
    let output = try UnsyncedFile(files.output)
    let listener = try? Listener.listen(on: .unix(path: files.socket), loop: loop, replacingStale: true)
    let child = try ChildProcess.spawn(
      .shell(text, environment: .changed(["REDISCLI_AUTH": String?.none])),
      streams: .terminal(rows: size.rows, columns: size.columns), newSession: true, on: loop)
    let audience = Audience(child: child, loop: loop)
    let door = loop.task {
      guard let listener else { return }
      await Holder.welcome(listener, audience)
    }
    let reading = loop.task { await Holder.copy(child, to: output, audience) }
    let status = await child.exit()
    // A daemon that the command left behind may keep the terminal open for ever: what is there is taken, no more.
    child.endOutput()
    await reading.value
    door.cancel()
    listener?.close()
    _ = try? Files.remove(files.socket)
    try output.sync()
    try files.write(status)
    await audience.close()
    return 0
  }

  private static func copy(_ child: ChildProcess, to output: UnsyncedFile, _ audience: Audience) async {
    while true {
      guard let bytes = try? await child.read(upTo: 64 << 10), !bytes.isEmpty else { return }
      try? output.append(bytes)
      await audience.say(bytes)
    }
  }

  private static func welcome(_ listener: Listener, _ audience: Audience) async {
    while let connection = try? await listener.accept() { await audience.enter(connection) }
  }
}

/// Who listens to a held command, says how large its terminal is to be, and types on it.
private actor Audience {
  private let child: ChildProcess
  private let loop: EventLoop
  private var connections: [Connection] = []

  init(child: ChildProcess, loop: EventLoop) {
    self.child = child
    self.loop = loop
  }

  func enter(_ connection: Connection) async {
    // The folder is its owner's alone; who types for another user is refused all the same.
    guard let user = connection.peerUser, user == Host.effectiveUserID || user == 0 else { return connection.close() }
    connections.append(connection)
    loop.task { [child] in
      var unread: [UInt8] = []
      while var bytes = try? await connection.read(upTo: 4096), !bytes.isEmpty {
        unread += bytes
        Secrecy.erase(&bytes)
        for message in HoldMessage.take(from: &unread) {
          switch message {
          // A child that has just ended has no terminal any more.
          case .resize(let size): try? child.resize(rows: size.rows, columns: size.columns)
          // As on any terminal, who types waits for a program that does not read; nothing is left out.
          case .input(var typed):
            try? await child.write(typed)
            Secrecy.erase(&typed)
          }
        }
      }
      await self.leave(connection)
    }
    // Between its connecting and now something may have been printed that nobody told it of. A command that waits at a
    // prompt prints nothing more.
    await tell(connection, Array("\n".utf8))
  }

  private func leave(_ connection: Connection) {
    connection.close()
    connections.removeAll { $0 === connection }
  }

  /// What is told only says that there is something: whoever listens reads it from the file.
  func say(_ bytes: [UInt8]) async {
    for connection in connections { await tell(connection, bytes) }
  }

  private func tell(_ connection: Connection, _ bytes: [UInt8]) async {
    do throws(SystemError) {
      try await connection.write(bytes, within: .seconds(1))
    } catch {
      // A wizard that was stopped must not stop the command as well: it reads the file when it goes on. One that is
      // gone may have typed just before: what it typed is read to its end, and closes the line.
      if error.code == .timedOut { leave(connection) }
    }
  }

  func close() {
    for connection in connections { connection.close() }
    connections = []
  }
}
