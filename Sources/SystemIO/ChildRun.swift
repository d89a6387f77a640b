// A child from start to end, for a command whose whole output is wanted.

import Glibc

/// What a finished command said.
package struct ChildOutcome: Hashable, Sendable {
  package var status: ExitStatus
  /// Standard output, at most as much as was asked for.
  package var output: [UInt8]
  /// Standard error, likewise.
  package var errorOutput: [UInt8]
  /// Whether there was more of either than was kept.
  package var isCut: Bool

  package init(status: ExitStatus, output: [UInt8], errorOutput: [UInt8], isCut: Bool) {
    self.status = status
    self.output = output
    self.errorOutput = errorOutput
    self.isCut = isCut
  }

  /// Standard output as text, wrong bytes replaced.
  package var text: String { String(decoding: output, as: UTF8.self) }
}

extension ChildProcess {
  /// Runs a command in a session of its own and collects what it says.
  ///
  /// It is over when the child itself has ended; what a grandchild says later is not waited for. On a time-out
  /// (`ETIMEDOUT`) or cancellation (`ECANCELED`) the child and its process group are killed first.
  ///
  /// - Parameters:
  ///   - input: all of its standard input.
  ///   - limit: how many bytes of each output are kept; the rest is read and dropped.
  package static func run(
    _ command: ChildCommand, on loop: EventLoop, within bound: Duration, input: [UInt8] = [], limit: Int = 4 << 20
  ) async throws(SystemError) -> ChildOutcome {
    let child = try spawn(command, streams: .pipes, newSession: true, on: loop)
    async let fed: Void = child.feed(input)
    async let output = collect(upTo: limit) { count throws(SystemError) in try await child.read(upTo: count) }
    async let errors = collect(upTo: limit) { count throws(SystemError) in try await child.readError(upTo: count) }
    let status = await child.exit(within: bound)
    if status == nil { await child.killGroup(on: loop) }
    // Whoever still holds the streams is not the child.
    child.endOutput()
    child.closeInput()
    let (said, complained, _) = await (output, errors, fed)
    child.closeStreams()
    guard let status else {
      throw SystemError(Task.isCancelled ? .canceled : .timedOut, "finish", command.program)
    }
    return ChildOutcome(
      status: status, output: said.bytes, errorOutput: complained.bytes, isCut: said.isCut || complained.isCut)
  }

  private func feed(_ input: [UInt8]) async {
    // A child that does not read its input has its reasons.
    if !input.isEmpty { try? await write(input) }
    closeInput()
  }

  /// Kills what was started and waits until the child is gone, in a task that our cancellation does not reach.
  private func killGroup(on loop: EventLoop) async {
    _ = try? sendToGroup(.kill)
    // A process in an uninterruptible call dies when that returns, which may be never.
    _ = await Task(executorPreference: loop) { await self.exit(within: .seconds(2)) }.value
  }

  private static func collect(
    upTo limit: Int, _ read: @Sendable (Int) async throws(SystemError) -> [UInt8]
  ) async -> (bytes: [UInt8], isCut: Bool) {
    var bytes: [UInt8] = []
    var isCut = false
    while let piece = try? await read(1 << 16), !piece.isEmpty {
      let room = max(0, limit - bytes.count)
      bytes += piece.prefix(room)
      isCut = isCut || piece.count > room
    }
    return (bytes, isCut)
  }
}
