// Commands on this machine, each under a holder of its own.

import Synchronization
package import SystemIO
package import UpgradeCore

/// Starts holders, follows them, and finds them again after a restart of the wizard.
package struct LocalHost: HostRunner {
  private let loop: EventLoop
  /// This very program; it is its own holder.
  private let program: String
  /// The run's `output` folder.
  private let folder: String
  private let listeners = Listeners()
  package let keyboards = Keyboards(absent: "The command's holder is not heard yet.")

  package init(loop: EventLoop, program: String, folder: String) {
    self.loop = loop
    self.program = program
    self.folder = folder
  }

  package func run(_ job: HostJob, output: @escaping @Sendable ([UInt8]) -> Void) async -> HostResult {
    let files = HoldFiles(folder: folder, job.id)
    do throws(SystemError) {
      // The command goes in through standard input: what is in arguments everybody can read.
      let holder = try ChildProcess.spawn(
        ChildCommand(program, ["hold", folder, files.name] + listeners.sizeWords), streams: .pipes, newSession: true,
        on: loop)
      try await holder.write(HoldFiles.message(job.text))
      holder.closeInput()
      let following = follow(job.id, files, output)
      let status = await holder.exit(within: job.bound)
      following.cancel()
      await following.value
      guard let status else { return result(files, .overdue) }
      if let ending = files.ending() { return result(files, ending) }
      return result(files, .unknown("its holder ended with \(status), and left no word of how the command ended"))
    } catch {
      return result(files, .unknown("its holder could not be started: \(error)"))
    }
  }

  package func reattach(_ job: HostJob, output: @escaping @Sendable ([UInt8]) -> Void) async -> HostResult {
    let files = HoldFiles(folder: folder, job.id)
    do throws(SystemError) {
      // The slot is taken, so that a holder of the dead wizard cannot begin from now on.
      if try files.claim(HoldFiles.never) { return result(files, .neverStarted) }
      if try Files.read(files.job, limit: 1 << 20) == Array(HoldFiles.never.utf8) {
        return result(files, .neverStarted)
      }
      let following = follow(job.id, files, output)
      let isOver = try await awaitEnd(files, within: job.bound)
      following.cancel()
      await following.value
      if let ending = files.ending() { return result(files, ending) }
      return result(
        files, isOver ? .unknown("its holder was cut off, and left no word of how the command ended") : .overdue)
    } catch {
      return result(files, .unknown("what became of it could not be read: \(error)"))
    }
  }

  package func commandAtWork() async -> String? {
    do throws(SystemError) {
      guard let (name, process) = try HoldFiles.atWork(in: folder) else { return nil }
      return "\(name), held by process \(process)"
    } catch {
      return "which ones cannot be told: \(error)"
    }
  }

  package func resizeTerminals(_ size: TerminalSize) async -> TerminalSize? {
    for connection in listeners.resize(size) { await Self.tell(connection, size) }
    return nil
  }

  private static func tell(_ connection: Connection, _ size: TerminalSize) async {
    do throws(SystemError) {
      try await connection.write(HoldMessage.resize(size).bytes, within: .seconds(1))
    } catch {
      // Where the command still runs, the follower comes again, and tells the newest size first.
      connection.close()
    }
  }

  package func isAlive(_ pid: Int, on node: NodeID) async -> Bool {
    guard let pid = Int32(exactly: pid), let identity = try? ProcessIdentity(of: pid) else { return false }
    return identity.isAlive
  }

  package func setAside(
    in directory: String, suffix: String, on node: NodeID
  ) async throws(HostFailure) -> [String] {
    do throws(SystemError) {
      return try await loop.blocking { () throws(SystemError) in
        var moved: [String] = []
        for name in try Files.list(directory) where name.hasSuffix(".rdb") || name.hasPrefix("appendonly") {
          guard !name.contains(".set-aside-") else { continue }
          try Files.rename("\(directory)/\(name)", to: "\(directory)/\(name)\(suffix)")
          moved.append(name)
        }
        return moved
      }
    } catch {
      throw HostFailure("\(error)")
    }
  }

  package func read(
    _ path: String, from offset: Int, upTo count: Int, on node: NodeID
  ) async -> (bytes: [UInt8], length: Int)? {
    try? await loop.blocking { () throws(SystemError) in
      let length = try Files.size(path)
      // Shorter than it was: it was begun anew.
      let start = max(length < offset ? 0 : offset, length - count)
      return (try Files.read(path, from: start, upTo: count), length)
    }
  }

  /// Waits until the holder's lock is free, which its end alone does.
  private func awaitEnd(_ files: HoldFiles, within bound: Duration) async throws(SystemError) -> Bool {
    let deadline = loop.now + bound
    while true {
      switch try Files.lock(files.lock, content: []) {
      case .held(let lock):
        lock.release()
        return true
      case .taken(let content):
        guard loop.now < deadline else { return false }
        let text = String(decoding: content, as: UTF8.self).split(separator: "\n").first
        if let pid = text.flatMap({ Int32($0) }), let process = try? ProcessIdentity(of: pid) {
          _ = try await process.end(on: loop, within: deadline - loop.now)
        } else {
          // Between lock and name, or just gone: it is looked at again in a moment.
          do throws(CancellationError) { try await loop.sleep(for: .milliseconds(20)) } catch { return false }
        }
      }
    }
  }

  /// Hears the running command through its holder's socket, from its first byte: what was written before is in the file.
  private func follow(
    _ job: EffectID, _ files: HoldFiles, _ output: @escaping @Sendable ([UInt8]) -> Void
  ) -> Task<Void, Never> {
    loop.task { [loop, listeners, keyboards] in
      var told = 0
      func catchUp() {
        while let bytes = try? Files.read(files.output, from: told, upTo: 256 << 10), !bytes.isEmpty {
          told += bytes.count
          output(bytes)
        }
      }
      while !Task.isCancelled {
        if let connection = try? await Connection.connect(
          to: .unix(path: files.socket), on: loop, within: .seconds(1))
        {
          offerKeyboard(of: job, files)
          let size = listeners.enter(connection)
          if let size { await Self.tell(connection, size) }
          catchUp()
          while let bytes = try? await connection.read(upTo: 64 << 10), !bytes.isEmpty { catchUp() }
          listeners.leave(connection)
          connection.close()
        }
        // The holder is on its way to its socket, the command is over, or we were stopped for longer than it waits.
        do throws(CancellationError) { try await loop.sleep(for: .milliseconds(10)) } catch { break }
      }
      catchUp()
      keyboards.forget(job)
    }
  }

  private func offerKeyboard(of job: EffectID, _ files: HoldFiles) {
    guard files.takesKeys else {
      return keyboards.close(
        job, "An earlier version of this program began the command, and its holder takes no keys.")
    }
    keyboards.open(job) { [loop] _ throws(HostFailure) in try await LocalKeyboard(files, on: loop) }
  }

  private func result(_ files: HoldFiles, _ kind: HostResult.Kind) -> HostResult { HostResult(kind, files) }
}

/// The lines to holders of commands that run, and the size that their terminals are to have.
private final class Listeners: Sendable {
  private struct State {
    var size: TerminalSize?
    var connections: [Connection] = []
  }

  private let state = Mutex(State())

  /// For a holder's command line; none where nobody looks.
  var sizeWords: [String] { state.withLock { $0.size.map { [String($0.rows), String($0.columns)] } ?? [] } }

  /// Answers who has to be told.
  func resize(_ size: TerminalSize) -> [Connection] {
    state.withLock { state in
      state.size = size
      return state.connections
    }
  }

  /// Answers the size to tell: it may have changed since the holder was started, or an earlier wizard's was another.
  func enter(_ connection: Connection) -> TerminalSize? {
    state.withLock { state in
      state.connections.append(connection)
      return state.size
    }
  }

  func leave(_ connection: Connection) {
    state.withLock { $0.connections.removeAll { $0 === connection } }
  }
}

/// The profile `manual`: nothing is run here; the operator does it elsewhere, and readings show the result.
package struct ManualHost: HostRunner {
  package let keyboards = Keyboards(
    absent: "With the profile `manual` commands run elsewhere: they are typed, and answered, there.")
  package init() {}
  package func commandAtWork() async -> String? { nil }
  package func isAlive(_ pid: Int, on node: NodeID) async -> Bool { false }
  package func setAside(
    in directory: String, suffix: String, on node: NodeID
  ) async throws(HostFailure) -> [String] {
    throw HostFailure("the data directory is not reached from here")
  }
  package func run(_ job: HostJob, output: @escaping @Sendable ([UInt8]) -> Void) async -> HostResult {
    HostResult(kind: .exited(0), outputPath: "", outputLength: 0, tail: [])
  }
  package func reattach(_ job: HostJob, output: @escaping @Sendable ([UInt8]) -> Void) async -> HostResult {
    HostResult(kind: .exited(0), outputPath: "", outputLength: 0, tail: [])
  }
}
