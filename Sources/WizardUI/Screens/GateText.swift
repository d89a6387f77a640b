// Gates as words: what holds, what does not, what is not known.

package import UpgradeCore

extension GateStatus {
  /// `ok`, `NO`, `??` or `set aside`, in brackets.
  package var mark: Line {
    if isOverridden, !verdict.holds { return Line("[set aside]", .attention) }
    return switch verdict {
    case .holds, .notApplicable: Line("[ok]", .good)
    case .broken: Line("[NO]", .danger)
    case .unknown: Line("[??]", .attention)
    }
  }

  /// `replica-in-sync s1`; the whole deployment is not named.
  package func name(in setup: Setup?) -> String {
    gate.object == .deployment
      ? gate.rule.text : "\(gate.rule) \(setup?.name(gate.object) ?? gate.object.description)"
  }

  /// The gate with what it rests on: `[ok] replica-in-sync s1: 12 bytes behind`.
  package func line(in setup: Setup?) -> Line {
    let saw = verdict.text
    return mark + Line(" " + name(in: setup) + (saw.isEmpty ? "" : ": \(saw)"))
  }
}

/// The gates of a step in few rows: those that do not hold first and in full, then the others by name.
package struct GateSummary: Hashable, Sendable {
  private let gates: [GateStatus]
  private let setup: Setup?

  package init(_ gates: [GateStatus], setup: Setup?) {
    self.gates = gates
    self.setup = setup
  }

  package var red: [Line] { gates.filter { !$0.verdict.holds }.map { $0.line(in: setup) } }

  /// The rules that hold, each once with the number of its objects: `[ok] replica-in-sync (3)`.
  package var green: [Line] {
    var rules: [(rule: RuleName, gates: [GateStatus])] = []
    for gate in gates where gate.verdict.holds {
      if let place = rules.firstIndex(where: { $0.rule == gate.gate.rule }) {
        rules[place].gates.append(gate)
      } else {
        rules.append((gate.gate.rule, [gate]))
      }
    }
    return rules.map { entry in
      entry.gates.count == 1
        ? Line("[ok]", .good) + Line(" " + entry.gates[0].name(in: setup))
        : Line("[ok]", .good) + Line(" \(entry.rule) (\(entry.gates.count))")
    }
  }

  /// All of it as one text of plain words, for a paragraph.
  package var text: String {
    if gates.isEmpty { return "none" }
    return (red + green).map(\.string).joined(separator: "   ")
  }
}
