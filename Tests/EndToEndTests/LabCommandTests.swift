// `lab` from the command line: the writing client as a process, and ending one lab of several.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(5))) struct LabCommandTests {
  @Test(arguments: [Signal.interrupt, .terminate])
  func aWritingClientEndsWithItsReport(_ signal: Signal) async throws {
    try await withNight(LabCommandTests.small) { night in
      let words = ["lab", "write", night.target] + (signal == .terminate ? ["--json"] : [])
      let child = try ChildProcess.spawn(ChildCommand(Wizard.path, words), on: night.loop)
      var said = ""
      while !said.contains("\n") {
        said += String(decoding: try await child.readError(upTo: 4096, within: .seconds(20)), as: UTF8.self)
      }
      #expect(said.hasPrefix("Writing to 3 shards. SIGINT or SIGTERM ends it"))
      // Until every shard has taken some.
      let before = try await night.proof.keys().map(\.count.all)
      while zip(before, try await night.proof.keys().map(\.count.all)).contains(where: { $1 < $0 + 16 }) {}
      _ = try child.send(signal)
      #expect(await child.exit(within: .seconds(60)) == .exited(0))
      var output: [UInt8] = []
      while case let bytes = try await child.read(upTo: 1 << 16, within: .seconds(5)), !bytes.isEmpty {
        output += bytes
      }
      let text = String(decoding: output, as: UTF8.self)
      if signal == .terminate {
        #expect(text.split(separator: "\n").count == 1)
        let report = try #require(WritingReport(json: output))
        #expect(report.isClean && report.acknowledged >= 48 && report.shards.count == 3)
      } else {
        let lines = text.split(separator: "\n")
        #expect(lines.count == 4 && lines[0].hasSuffix(" s, 0 errors, 0 lost"), "\(text)")
        #expect(lines.last?.hasPrefix("  s3  slots 10923-16383  ") == true, "\(text)")
      }
    }
  }

  @Test func nothingToWriteToIsSaidInASentence() async throws {
    let loop = try EventLoop(name: "lab-command")
    defer { loop.stop() }
    let said = try await Night.run(["lab", "write", "127.0.0.1:1"], folder: "/tmp", on: loop)
    #expect(said.code == 1 && said.errors.contains("127.0.0.1:1"), "\(said)")
  }

  @Test func oneOfSeveralLabsIsNotEndedByAccident() async throws {
    try await withNight(LabCommandTests.small) { night in
      let registry: [String: String?] = ["TMPDIR": "\(night.folder)/registry"]
      func lab(_ words: String...) async throws -> Said {
        try await Night.run(["lab"] + words, folder: night.folder, on: night.loop, environment: registry)
      }
      #expect(try await lab("down").errors == "No lab runs.\n")
      let (one, two) = ("\(night.folder)/one", "\(night.folder)/two")
      #expect(try await lab("up", "--dir", one).code == 0)
      #expect(try await lab("up", "--dir", two).code == 0)
      let refused = try await lab("down")
      #expect(refused.code == 1)
      #expect(
        refused.errors.hasPrefix("2 labs run, and none was ended. End all of them with `redis-upgrade lab down --all`"))
      #expect(
        refused.errors.contains("redis-upgrade lab down --dir \(one)\n") && refused.errors.contains("--dir \(two)"))
      #expect(try await lab("list").output.split(separator: "\n").count == 2)
      #expect(try await lab("down", "--dir", one).code == 0)
      #expect(try await lab("down").code == 0)
      #expect(try await lab("up", "--dir", one).code == 0)
      #expect(try await lab("up", "--dir", two).code == 0)
      #expect(try await lab("down", "--all").code == 0)
      #expect(try await lab("list").output == "")
      // The lab of another registry was left alone.
      #expect(night.lab.processes.count == 6)
    }
  }

  private static let small: TrainingLab.LabRequest = {
    var request = TrainingLab.LabRequest(from: .redis70)
    request.keysPerShard = 10
    return request
  }()
}
