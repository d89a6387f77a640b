// The program: precautions first, then the command line, then one small file per subcommand.

import Glibc
import SystemIO
import UpgradeCore
import UpgradeRuntime
import WizardUI

@main
enum Main {
  static func main() {
    let words = Array(CommandLine.arguments.dropFirst())
    // The holder of a host command initialises nothing that it does not need.
    if words.first == "hold" { leave(HoldCommand.run(Array(words.dropFirst()))) }
    if let fault = SimulateCommand.fault(words) { leave(SimulateCommand.run(fault)) }
    if words.first == "simulate" { leave(SimulateCommand.run(Array(words.dropFirst()))) }
    if let socket = Host.environment[Askpass.variable] { leave(AskpassCommand.run(words, at: socket)) }
    Relaunch.withQuietBacktraces()
    let precautions = Credentials.takePrecautions()
    leave(run(words, precautions.password, precautions.warnings))
  }

  private static func run(_ words: [String], _ password: Secret?, _ warnings: [String]) -> Int32 {
    do throws(UsageError) {
      let (invocation, advice) = try Invocation.read(words)
      for warning in warnings + advice { complain("warning: \(warning)") }
      let program = try Program(password: password)
      // Whoever shows or says something reads the keys from here, on this thread and in every task begun from it.
      return try KeyTable.$inForce.withValue(program.keys) {
        Result { () throws(UsageError) in try dispatch(invocation, program) }
      }.get()
    } catch {
      complain(error.description)
      return error.exitCode.rawValue
    }
  }

  private static func dispatch(_ invocation: Invocation, _ program: Program) throws(UsageError) -> Int32 {
    switch invocation {
    case .help(let subcommand):
      print(HelpText.text(for: subcommand))
      return ExitCode.done.rawValue
    case .version:
      print("redis-upgrade \(Program.version)")
      return ExitCode.done.rawValue
    case .startScreen(let request):
      guard let chosen = try StartCommand(program: program, request: request).choose() else {
        return ExitCode.done.rawValue
      }
      return try dispatch(chosen, program)
    case .run(let request):
      return try inTurn(request, stopsEarly: true) { request throws(UsageError) in
        try RunCommand(program: program, request: request).run()
      }
    case .check(let request):
      return try inTurn(request) { request throws(UsageError) in
        try LookCommand(program: program, request: request).check()
      }
    case .plan(let request):
      return try inTurn(request) { request throws(UsageError) in
        try LookCommand(program: program, request: request).plan()
      }
    case .notice(.planned(let request, let begin)):
      return try inTurn(request) { request throws(UsageError) in
        try LookCommand(program: program, request: request).notice(begin: begin)
      }
    case .notice(.closing(let request)): return try RecordCommands(program: program, request: request).notice()
    case .watch(let request): return try WatchCommand(program: program, request: request).run()
    case .status(let request): return try RecordCommands(program: program, request: request).status()
    case .report(let request): return try RecordCommands(program: program, request: request).report()
    case .journal(let request): return try RecordCommands(program: program, request: request).journal()
    case .resume(let request): return try ResumeCommand(program: program, request: request).run()
    case .cleanup(let request): return try CleanupCommand(program: program, request: request).run()
    case .train(let request): return try TrainCommand(program: program, request: request).run()
    case .lab(let request): return try LabCommand(program: program, request: request).run()
    case .explain(let request): return ExplainCommand(request: request).run()
    case .keys(let request): return KeysCommand(program: program, request: request).run()
    case .hold(let words): return HoldCommand.run(words)
    }
  }

  /// One group after the other where the TARGET names several; what comes of the worst of them.
  ///
  /// - Parameter stopsEarly: whether the first that does not end well is the last that is begun.
  private static func inTurn(
    _ request: UpgradeRequest, stopsEarly: Bool = false, _ body: (UpgradeRequest) throws(UsageError) -> Int32
  ) throws(UsageError) -> Int32 {
    let targets = request.target.each
    var worst = ExitCode.done.rawValue
    for (index, target) in targets.enumerated() {
      var one = request
      one.target = target
      worst = max(worst, try body(one))
      let left = targets.dropFirst(index + 1)
      guard stopsEarly, worst != ExitCode.done.rawValue, !left.isEmpty else { continue }
      complain("Not begun: \(left.map(\.description).joined(separator: ", ")).")
      break
    }
    return worst
  }

  private static func leave(_ code: Int32) -> Never {
    flushOutput()
    exit(code)
  }
}

/// A sentence on standard error.
func complain(_ sentence: String) {
  let line = Array((sentence + "\n").utf8)
  _ = unsafe line.withUnsafeBytes { unsafe write(2, $0.baseAddress, $0.count) }
}
