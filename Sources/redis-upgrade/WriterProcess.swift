// The writing client of `train`: `lab write` as a process of its own, so that nothing of the wizard can hold it up.

import SystemIO
import TrainingLab
import UpgradeCore

/// A writing client that runs beside this process.
struct WriterProcess {
  struct Failure: Error { var sentence: String }

  private let child: ChildProcess

  /// Starts it; whether it reaches the servers is known at its end.
  init(_ lab: RunningLab, on loop: EventLoop) throws(SystemError) {
    let target = lab.addresses.map(\.description).joined(separator: ",")
    let flags = lab.connectionFlags.isEmpty ? [] : ["--tls"] + lab.connectionFlags.filter { $0 != "--tls" }
    child = try ChildProcess.spawn(
      ChildCommand("/proc/self/exe", ["lab", "write", target, "--json"] + flags), on: loop)
  }

  /// Lets it read back what it wrote, and answers its report.
  func end() async -> Result<WritingReport, Failure> {
    // Reading back has a bound of a minute of its own.
    _ = try? child.send(.terminate)
    let status = await child.exit(within: .seconds(90))
    if status == nil {
      _ = try? child.send(.kill)
      _ = await child.exit(within: .seconds(2))
      return .failure(Failure(sentence: "it did not end within 90 s, and was killed"))
    }
    child.endOutput()
    let said = await all { count throws(SystemError) in try await child.read(upTo: count) }
    let complained = await all { count throws(SystemError) in try await child.readError(upTo: count) }
    child.closeStreams()
    if let report = WritingReport(json: said) { return .success(report) }
    let last = String(decoding: complained, as: UTF8.self).split(separator: "\n").last.map(String.init)
    return .failure(Failure(sentence: last ?? "it ended with \(status?.description ?? "no status") and said nothing"))
  }

  private func all(_ read: (Int) async throws(SystemError) -> [UInt8]) async -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < 1 << 20, let piece = try? await read(1 << 16), !piece.isEmpty { bytes += piece }
    return bytes
  }
}
