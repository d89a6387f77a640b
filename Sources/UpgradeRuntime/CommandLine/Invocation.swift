/// What the program was called for.
package enum Invocation: Equatable, Sendable {
  case help(Subcommand)
  case version
  case startScreen(StartRequest)
  case run(UpgradeRequest)
  case check(UpgradeRequest)
  case plan(UpgradeRequest)
  case notice(NoticeRequest)
  case watch(WatchRequest)
  case status(RecordRequest)
  case report(RecordRequest)
  case journal(RecordRequest)
  case resume(ContinuationRequest)
  case cleanup(ContinuationRequest)
  case train(TrainRequest)
  case lab(LabRequest)
  case explain(ExplainRequest)
  case keys(FaceRequest)
  /// The words that the wizard gave to its own keeper, as they are.
  case hold([String])

  /// Reads the command line without the program's name; `warnings` are sentences to print before anything else.
  package static func read(_ words: [String]) throws(UsageError) -> (invocation: Invocation, warnings: [String]) {
    if words.first == Subcommand.hold.rawValue { return (.hold(Array(words.dropFirst())), []) }
    let invocation = try InvocationReader(try Words(words)).invocation()
    return (invocation, invocation.warnings)
  }

  /// What has to be said although it was done.
  private var warnings: [String] {
    let advice = "can be read by every user of this host, in `ps`. Put it into REDISCLI_AUTH, or use --askpass."
    var warnings: [String] = []
    if connection?.password != nil { warnings.append("a password on the command line \(advice)") }
    if target?.password != nil { warnings.append("a password in the TARGET \(advice)") }
    return warnings
  }

  /// The deployment named on the command line, if the subcommand takes one.
  package var target: Target? {
    switch self {
    case .run(let request), .check(let request), .plan(let request): request.target
    case .notice(let request): request.planned?.target
    case .watch(let request): request.target
    default: nil
    }
  }

  /// How to log in, if the subcommand does.
  package var connection: ConnectionRequest? {
    switch self {
    case .run(let request), .check(let request), .plan(let request): request.connection
    case .resume(let request), .cleanup(let request): request.connection
    case .notice(let request): request.planned?.connection
    case .watch(let request): request.connection
    case .startScreen(let request): request.connection
    default: nil
    }
  }
}
