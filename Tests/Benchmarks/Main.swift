// `upgrade-benchmarks [parser | nights [N] | handovers [N [KIND]] | sizes | screen]`: the parser against hiredis, N whole
// upgrades against a bare loop, N hand-overs outside of clusters against a script, what each of many nodes costs, what
// the screen costs, or all of it.

import SystemIO

@main
enum Benchmarks {
  static func main() throws {
    let words = Array(CommandLine.arguments.dropFirst())
    let all: Set<String> = ["parser", "nights", "handovers", "sizes", "screen"]
    let counted = ["nights": 20, "handovers": 50]
    let count = words.count > 1 ? Int(words[1]) : words.first.flatMap { counted[$0] }
    let kind = words.count > 2 ? HandOverBenchmark.Kind(rawValue: words[2]) : nil
    guard words.count < 2 || counted[words[0]] != nil, words.count < 2 || (count ?? 0) > 0,
      words.count < 3 || (words[0] == "handovers" && kind != nil),
      words.isEmpty || all.contains(words[0])
    else { return print("usage: upgrade-benchmarks [parser | nights [N] | handovers [N [KIND]] | sizes | screen]") }
    let wanted = words.first
    let parts: Set<String> = wanted.map { [$0] } ?? all
    if parts.contains("parser") { runParserBenchmark() }
    if wanted == "parser" { return }
    try Signals.prepareProcess()
    let loop = try EventLoop(name: "benchmark")
    // The program that was built beside this one.
    let program = Files.directory(of: try Files.readLink("/proc/self/exe")) + "/redis-upgrade"
    let problem = try loop.runAndWait { () async -> String? in
      do {
        // Three hand-overs a night: sixty, unless another number is asked for.
        if parts.contains("nights") {
          try await NightBenchmark(loop: loop, program: program, rounds: count ?? 20).run()
        }
        if parts.contains("handovers") {
          try await HandOverBenchmark(loop: loop, rounds: count ?? 50, only: kind).run()
        }
        if parts.contains("sizes") { try await SizeBenchmark(loop: loop, program: program).run() }
        if parts.contains("screen") { try await ScreenBenchmark(loop: loop, program: program).run() }
        return nil
      } catch {
        return "\(error)"
      }
    }
    if let problem = problem ?? nil { print("stopped: \(problem)") }
  }
}
