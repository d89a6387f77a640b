// `redis-upgrade simulate PROGRAM NODEFOLDER WORDS...`: a program of a simulated cluster; started by its wrappers.

import SystemIO
import TrainingLab

enum SimulateCommand {
  /// `lab fault LAB NODE [NAME [off]]`, as a program of the simulator; nil for other words.
  static func fault(_ words: [String]) -> [String]? {
    guard words.count >= 4, words.starts(with: ["lab", "fault"]) else { return nil }
    return ["fault", "\(words[2])/nodes/\(words[3])"] + words.dropFirst(4)
  }

  static func run(_ words: [String]) -> Int32 {
    guard (try? Signals.prepareProcess()) != nil, let loop = try? EventLoop(name: "simulate") else { return 70 }
    let speech = Simulator.Speech.ofProcess()
    let code = try? loop.runAndWait { await Simulator.run(words, speech: speech, on: loop) }
    return code.flatMap { $0 } ?? 70
  }
}
