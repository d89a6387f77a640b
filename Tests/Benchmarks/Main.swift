// `upgrade-benchmarks [parser | nights [N]]`: the parser against hiredis, N whole upgrades against a bare loop, or both.

import SystemIO

@main
enum Benchmarks {
  static func main() throws {
    let words = CommandLine.arguments.dropFirst()
    if words.isEmpty || words.first == "parser" { runParserBenchmark() }
    guard words.first != "parser" else { return }
    try Signals.prepareProcess()
    let loop = try EventLoop(name: "benchmark")
    // The program that was built beside this one.
    let program = Files.directory(of: try Files.readLink("/proc/self/exe")) + "/redis-upgrade"
    // Three hand-overs a night: sixty.
    let rounds = max(1, words.dropFirst().first.flatMap { Int($0) } ?? 20)
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
