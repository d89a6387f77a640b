// Which process, also after its number was given to another one.

import CSystem
import Glibc

/// A process of this machine, told from a later one with the same number by the instant of its start and the boot.
package struct ProcessIdentity: Hashable, Sendable, LosslessStringConvertible {
  package let pid: Int32
  /// Clock ticks between the boot and its start (`/proc/PID/stat`, field 22).
  package let startTicks: UInt64
  /// The kernel's identity of the boot; empty where it cannot be read.
  package let boot: String

  package init(pid: Int32, startTicks: UInt64, boot: String) {
    self.pid = pid
    self.startTicks = startTicks
    self.boot = boot
  }

  /// The identity of the process that has this number now; `ESRCH` when none has, or it has ended already.
  package init(of pid: Int32) throws(SystemError) {
    guard let status = Self.status(of: pid), !status.hasEnded else {
      throw SystemError(.noSuchProcess, "identify the process", "\(pid)")
    }
    self.init(pid: pid, startTicks: status.startTicks, boot: Self.presentBoot)
  }

  /// Our own.
  package static var own: ProcessIdentity {
    get throws(SystemError) { try ProcessIdentity(of: getpid()) }
  }

  /// `4711-183942-8f3c…`: the number, the start, the boot.
  package var description: String { "\(pid)-\(startTicks)-\(boot)" }

  /// Reads what `description` wrote.
  package init?(_ description: String) {
    let parts = description.split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let pid = Int32(parts[0]), pid > 0, let ticks = UInt64(parts[1]) else { return nil }
    self.init(pid: pid, startTicks: ticks, boot: String(parts[2]))
  }

  /// Whether this very process still runs; one that ended and was not reaped does not.
  package var isAlive: Bool {
    guard boot == Self.presentBoot, let status = Self.status(of: pid) else { return false }
    return status.startTicks == startTicks && !status.hasEnded
  }

  /// Waits for its end; false when the bound was met first. A cancelled task gets `ECANCELED`.
  package func end(on loop: EventLoop, within bound: Duration) async throws(SystemError) -> Bool {
    guard let descriptor = try openIfAlive() else { return true }
    let channel = Channel(descriptor, place: "process \(pid)", on: loop)
    defer { channel.close() }
    do throws(SystemError) {
      try await channel.perform(.read, "wait for the end of", until: loop.now + bound) { descriptor in
        let readiness = (try? poll([descriptor], events: Int16(POLLIN), within: .zero)) ?? []
        return readiness == [[]] ? Channel.Attempt<Void>.wouldBlock : .done(())
      }
      return true
    } catch {
      if error.code == .timedOut { return false }
      throw error
    }
  }

  /// Sends a signal to this very process; false when it has ended.
  package func send(_ signal: Signal) throws(SystemError) -> Bool {
    guard let descriptor = try openIfAlive() else { return false }
    defer { close(descriptor) }
    let answer = csystem_pidfd_signal(descriptor, signal.number)
    if answer == -ESRCH { return false }
    try checked(answer, "send \(signal) to", "process \(pid)")
    return true
  }

  /// A pidfd of this very process; nil when it has ended.
  private func openIfAlive() throws(SystemError) -> Int32? {
    let descriptor = csystem_pidfd_open(pid)
    if descriptor == -ESRCH || descriptor == -EINVAL { return nil }
    try checked(descriptor, "watch", "process \(pid)")
    // Looked at after opening: what is alive now is what the descriptor stands for.
    if isAlive { return descriptor }
    close(descriptor)
    return nil
  }

  struct Status: Hashable {
    var startTicks: UInt64
    var hasEnded: Bool

    /// Reads `/proc/PID/stat`: `4711 (name) S 1 …`, where the name may hold spaces and brackets.
    init?(_ line: String) {
      guard let bracket = line.lastIndex(of: ")") else { return nil }
      let fields = line[line.index(after: bracket)...].split(separator: " ")
      // Field 3, the state, is the first one after the name; field 22 is the start.
      guard fields.count > 19, let ticks = UInt64(fields[19]) else { return nil }
      startTicks = ticks
      hasEnded = ["Z", "X", "x"].contains(fields[0])
    }
  }

  private static func status(of pid: Int32) -> Status? {
    guard let content = try? Files.read("/proc/\(pid)/stat", limit: 1 << 14) else { return nil }
    return Status(String(decoding: content, as: UTF8.self))
  }

  private static let presentBoot: String = {
    let content = (try? Files.read("/proc/sys/kernel/random/boot_id", limit: 256)) ?? []
    return String(decoding: content.prefix { $0 > 32 }, as: UTF8.self)
  }()
}
