// Everything that is said, as JSON objects, one a line; names of records and fields are a contract and only ever added to.

package import UpgradeCore

/// Makes JSON records of what a face has to say.
///
/// Every record has `record` (its kind), `at` (RFC 3339, UTC, milliseconds) and `run`. The kinds and their fields:
///
/// - From the journal, as they happen: `started` {target, to, nodes[], by}, `resumed` {by}, `plan-accepted` {steps[]},
///   `question` {name, consent, title, lines[], answer}, `answer` {question, text, source, granted},
///   `ledger` {address, directive, original, ours, standing}, `intent` {step, attempt, command[], evidence[]},
///   `outcome` {step, attempt, result, sentence, evidence{}}, `settled` {step, attempt, result, sentence},
///   `late` like `outcome`, `problem` {name, object, step, what, risk, guess, choices[]}, `chosen` {choice, source},
///   `measured` {clients{}}, `noted` {text}, `ended` {result, name, sentence, every_shard_served}.
/// - From this face: `checks` {checks[]}, `plan` {steps[], questions[], considerations[]}, `health` {cluster_ok,
///   nodes_up, nodes, slots_served, age_ms, shards[], clients{}}, `quiet` {step, attempt, node, command, quiet_ms,
///   last_line, can_be_answered, sentence, to_do}, `waiting` {subject, for_ms, reasons[]}, `event` {text}, `refused`
///   {reason}, `unanswered` {question, consent, answer}, `undecided` {problem}, `leaving` {exit_code, lines[]},
///   `finish` {lines[], by_hand[]}, `report` (the fields of `report --json`), `end` {exit_code, lines[]}.
package struct JSONVoice: Sendable {
  package init() {}

  /// The records, each without its line end.
  package func lines(_ saying: Saying, _ picture: RunPicture) -> [String] {
    let wall: Int64 =
      if case .event(let event) = saying { event.wallMilliseconds } else { picture.wallMilliseconds }
    guard let (kind, fields) = record(saying, picture) else { return [] }
    let head: [(String, JSONValue)] = [
      ("record", .string(kind)), ("at", .string(WallTime(milliseconds: wall).text)), ("run", .string(picture.run)),
    ]
    // A name stands once in an object; what every record has is said by its head.
    let names = Set(head.map(\.0))
    return [JSONValue.fields(head + fields.filter { !names.contains($0.0) }).text]
  }

  private typealias Fields = [(String, JSONValue)]

  private func fields(of object: JSONValue) -> Fields { (object.members ?? []).map { ($0.key, $0.value) } }

  private func record(_ saying: Saying, _ picture: RunPicture) -> (String, Fields)? {
    switch saying {
    case .checks: return ("checks", fields(of: CheckText(picture.checks).json))
    case .plan:
      let text = PlanText(picture.plan, setup: picture.setup, briefing: picture.briefing)
      return ("plan", fields(of: text.json))
    case .event(let event):
      guard let record = event.record else { return ("event", [("text", .string(event.text))]) }
      return JSONRecord(record, picture.setup).kindAndFields
    case .health: return ("health", health(picture))
    case .quiet(let output): return ("quiet", quiet(QuietText(output, picture)))
    case .waiting:
      guard let waiting = WaitingText(picture) else { return nil }
      return (
        "waiting",
        [
          ("subject", .string(waiting.subject)),
          ("for_ms", .integer(Quantity.whole(waiting.since.seconds * 1000))),
          ("reasons", .array(waiting.reasons.map(JSONValue.string))),
        ]
      )
    // The journal's own records say these two, with everything that belongs to them.
    case .question, .problem: return nil
    case .commands: return nil
    case .refused(let reason): return ("refused", [("reason", .string(reason))])
    case .unanswered(let question):
      let canBe = question.consentClass.canBeAnsweredBeforehand
      return (
        "unanswered",
        [
          ("question", .string(question.name.description)), ("consent", .string(question.consentClass.rawValue)),
          ("answer", canBe ? .string(question.word) : .null),
        ]
      )
    case .undecided(let problem): return ("undecided", [("problem", .string(problem.name))])
    case .remark(let text): return ("event", [("text", .string(text))])
    case .leaving:
      let forecast = LeaveForecast(picture)
      return (
        "leaving",
        [
          ("exit_code", .integer(Int(forecast.exitCode))), ("lines", .array(forecast.lines.map(JSONValue.string))),
        ]
      )
    case .finish:
      guard let finish = picture.finish else { return nil }
      return ("finish", finishFields(finish))
    case .report: return ("report", fields(of: ReportText(picture.report).json))
    case .concluded(let conclusion):
      return (
        "end",
        [
          ("exit_code", .integer(Int(conclusion.exitCode))),
          ("lines", .array(conclusion.lines.map(JSONValue.string))),
        ]
      )
    }
  }

  private func finishFields(_ finish: FinishReport) -> Fields {
    [
      (
        "lines",
        .array(
          finish.lines.map { line in
            .fields([
              ("mark", .string(line.mark.rawValue)), ("topic", .string(line.topic)), ("text", .string(line.text)),
            ])
          })
      ), ("by_hand", .array(finish.byHand.map(JSONValue.string))),
    ]
  }

  private func quiet(_ quiet: QuietText) -> Fields {
    [
      ("step", .text(quiet.output.id?.step.description)),
      ("attempt", quiet.output.id.map { .integer($0.attempt) } ?? .null),
      ("node", .string(quiet.output.node)), ("command", .string(quiet.output.command)),
      ("quiet_ms", .integer(Quantity.whole(quiet.since.seconds * 1000))), ("last_line", .string(quiet.lastLine)),
      ("can_be_answered", .bool(quiet.canBeAnswered)), ("sentence", .string(quiet.sentence)),
      ("to_do", .string(quiet.remedy)),
    ]
  }

  private func health(_ picture: RunPicture) -> Fields {
    let health = picture.health
    let age = health.readAt.map { Quantity.whole(picture.age(of: $0).seconds * 1000) }
    let shards = health.shards.sorted { $0.key < $1.key }.map { id, shard in
      JSONValue.fields([
        ("shard", .string(id.description)),
        ("lag_bytes", shard.lag.last.map { .integer(Quantity.whole($0)) } ?? .null),
        ("replicas_in_sync", .integer(shard.replicasInSync)), ("replicas", .integer(shard.replicas)),
        ("operations_per_second", shard.operations.last.map { .integer(Quantity.whole($0)) } ?? .null),
      ])
    }
    if let cluster = health.cluster { return Self.fields(cluster, health, age) }
    return [
      ("cluster_ok", health.clusterOK.map(JSONValue.bool) ?? .null), ("nodes_up", .integer(health.nodesUp)),
      ("nodes", .integer(health.nodes)), ("slots_served", .integer(health.slotsServed)),
      ("age_ms", age.map(JSONValue.integer) ?? .null), ("shards", .array(shards)),
      ("clients", ReportText.json(health.clients)),
    ]
  }
}

extension JSONVoice {
  /// Of Redis Enterprise Software.
  fileprivate static func fields(
    _ cluster: ClusterHealth, _ health: Health, _ age: Int?
  ) -> [(String, JSONValue)] {
    let databases = cluster.databases.map { database in
      JSONValue.fields([
        ("db", .integer(database.id)), ("name", .string(database.name)), ("status", .string(database.status)),
        ("version", .text(database.version)), ("shards", .integer(database.shards)),
        ("shards_ok", .integer(database.shardsOK)), ("endpoints", .integer(database.endpoints)),
        ("endpoints_ok", .integer(database.endpointsOK)), ("state_machine", .text(database.stateMachine)),
      ])
    }
    return [
      ("cluster_ok", health.clusterOK.map(JSONValue.bool) ?? .null), ("nodes_up", .integer(health.nodesUp)),
      ("nodes", .integer(health.nodes)), ("age_ms", age.map(JSONValue.integer) ?? .null),
      ("databases", .array(databases)), ("complaints", .array(cluster.complaints.map(JSONValue.string))),
      ("upgrade_mode", cluster.upgradeMode.map(JSONValue.bool) ?? .null),
      ("actions", cluster.actions.map { .array($0.map(JSONValue.string)) } ?? .null),
      ("clients", ReportText.json(health.clients)),
    ]
  }
}
