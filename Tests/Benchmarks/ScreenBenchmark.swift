// What the screen costs: from a key to its frame, idle and under load; the first frame; an idle page; the program's size.

import SystemIO
import TrainingLab
import UpgradeCore

/// The program on a terminal, before six real servers: every figure is taken from the outside but the
/// time from a key to its frame, which the program itself writes beside the frame.
struct ScreenBenchmark {
  let loop: EventLoop
  let program: String

  func run() async throws {
    try await size()
    try await firstFrame()
    var request = LabRequest(from: Release(.redis, Version(6, 2, 14)), to: Release(.redis, Version(7, 0, 15)))
    request.directory = "\(folder)/lab"
    let lab = try await Lab(on: loop).up(request)
    do {
      try await busyPage(lab, idle: try await idlePage(lab))
    } catch {
      try await lab.down()
      throw error
    }
    try await lab.down()
    try Files.removeTree(folder)
  }

  private func size() async throws {
    let stripped = "\(folder)/stripped"
    try Files.makeDirectories(folder)
    defer { try? Files.removeTree(folder) }
    let outcome = try await ChildProcess.run(
      ChildCommand("sh", ["-c", #"strip -o "$2" "$1" && stat -c %s "$2""#, "sh", program, stripped]), on: loop,
      within: .seconds(60))
    let bytes = Double(String(decoding: outcome.output, as: UTF8.self).split(separator: "\n").first ?? "") ?? 0
    say("stripped program", bytes / 1_000_000, "MB", most: 25)
  }

  /// From the start of the process to all of the start screen, without a server.
  private func firstFrame() async throws {
    var times: [Double] = []
    for _ in 0..<30 {
      let begun = loop.now
      let terminal = try Seat([program, "--state-dir", folder], columns: 120, rows: 40, on: loop)
      try await terminal.read { $0.hasSuffix(Seat.idle) }
      times.append((loop.now - begun).milliseconds)
      await terminal.leave()
    }
    say("first frame, half of the starts", times.quantile(0.5), "ms", most: 50)
    say("first frame, the slowest of 30", times.quantile(1), "ms")
  }

  /// Six real servers, the Nodes page, a question that nobody answers.
  private func idlePage(_ lab: RunningLab) async throws -> Double {
    let seat = try await nodesPage(lab)
    try await seat.read(for: .seconds(3))
    let (bytes, time) = (seat.received, seat.processorTime())
    try await seat.read(for: .seconds(10))
    say("idle Nodes page", Double(seat.received - bytes) / 10, "bytes a second", most: 500)
    say("idle Nodes page", (seat.processorTime() - time) / 10 * 100, "% of a core", most: 1)
    // Every cell anew, from the picture to the last byte to the terminal.
    let redraws = try await seat.times(of: "\u{0C}", 200)
    say("full redraw of 120x40, half of 200", redraws.quantile(0.5), "ms", most: 2)
    let idle = try await seat.times(of: "jk", 500).quantile(0.99)
    say("key to frame, idle, p99", idle, "ms", most: 16)
    await seat.leave()
    return idle
  }

  /// The same page while a command of the site prints ten megabytes a second: half of one each twentieth of a second.
  private func busyPage(_ lab: RunningLab, idle: Double) async throws {
    let flood = "head -c 500000 /dev/zero | tr ''\\0'' x | fold -w 100"
    // The command outlives the program, and ends with the folder.
    let seat = try await nodesPage(lab, stage: "while test -d \(folder); do \(flood); sleep 0.05; done")
    let (bytes, begun) = (seat.received, loop.now)
    let loaded = try await seat.times(of: "jk", 500).quantile(0.99)
    say("key to frame, a command prints 10 MB/s, p99", loaded, "ms")
    say("that to idle", loaded / idle, "times", most: 3)
    say("what this page sends", Double(seat.received - bytes) / (loop.now - begun).seconds, "bytes a second")
    await seat.leave()
  }

  // MARK: - Parts

  private var folder: String { "/tmp/redis-upgrade-screen-\(Host.processID)" }

  /// The Nodes page at 120x40; where a command is given, it runs as the first of the run.
  private func nodesPage(_ lab: RunningLab, stage: String? = nil) async throws -> Seat {
    let profile = "\(lab.directory)/screen.yaml"
    let lines = String(decoding: try Files.read(lab.profilePath), as: UTF8.self).split(separator: "\n").map { line in
      stage.flatMap { line.hasPrefix("  stage: ") ? "  stage: '\($0)'" : nil } ?? String(line)
    }
    try Files.writeAtomically(profile, Array((lines.joined(separator: "\n") + "\n").utf8))
    let seat = try Seat(
      [
        program, lab.target, "--to", "7.0.15", "--settle", "0", "--profile", profile, "--state-dir",
        "\(folder)/state-\(UInt32.random(in: 0 ... .max))",
      ], columns: 120, rows: 40, on: loop)
    try await seat.show("No check refuses the start")
    try await seat.type(">", until: "Start with this plan?")
    try await seat.type("y", until: "Run a client probe?")
    if stage != nil { try await seat.type("y", until: "Running: ") }
    return seat
  }

  private func say(_ what: String, _ value: Double, _ unit: String, most: Double? = nil) {
    let hundredths = Int((value * 100).rounded())
    let text = "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    let verdict = most.map { value <= $0 ? "  (at most \(Int($0)): kept)" : "  (at most \(Int($0)): NOT KEPT)" } ?? ""
    print("\(what): \(text) \(unit)\(verdict)")
  }
}

extension [Double] {
  fileprivate func quantile(_ part: Double) -> Double {
    isEmpty ? 0 : sorted()[Swift.min(count - 1, Int(Double(count) * part))]
  }
}

extension Duration {
  fileprivate var milliseconds: Double { seconds * 1000 }
}
