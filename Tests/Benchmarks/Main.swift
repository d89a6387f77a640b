// `upgrade-benchmarks [parser | nights [N]]`: the parser against hiredis, N whole upgrades against a bare loop, or both.

import SystemIO

@main
enum Benchmarks {
  static func main() throws {
    let words = Array(CommandLine.arguments.dropFirst())
    switch words.first {
    case nil: runParserBenchmark()
    case "parser": return runParserBenchmark()
    case "nights" where words.count == 1 || Int(words[1]) != nil: break
    default: return print("usage: upgrade-benchmarks [parser | nights [N]]")
    }
    try Signals.prepareProcess()
    let loop = try EventLoop(name: "benchmark")
    // The program that was built beside this one.
    let program = Files.directory(of: try Files.readLink("/proc/self/exe")) + "/redis-upgrade"
    // Three hand-overs a night: sixty.
    let rounds = max(1, words.dropFirst().first.flatMap(Int.init) ?? 20)
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
