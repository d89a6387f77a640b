// `upgrade-benchmarks`: the parser against hiredis; `upgrade-benchmarks nights [N]`: whole upgrades against a bare loop.

import SystemIO

@main
enum Benchmarks {
  static func main() throws {
    let words = CommandLine.arguments.dropFirst()
    guard words.first == "nights" else {
      runParserBenchmark()
      return
    }
    try Signals.prepareProcess()
    let loop = try EventLoop(name: "benchmark")
    // The program that was built beside this one.
    let program = Files.directory(of: try Files.readLink("/proc/self/exe")) + "/redis-upgrade"
    let rounds = words.dropFirst().first.flatMap { Int($0) } ?? 5
    let problem = try loop.runAndWait { () async -> String? in
      do {
        try await NightBenchmark(loop: loop, program: program, rounds: rounds).run()
        return nil
      } catch {
        return "\(error)"
      }
    }
    if let problem = problem ?? nil { print("stopped: \(problem)") }
  }
}
