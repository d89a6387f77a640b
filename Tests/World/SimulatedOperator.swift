// Somebody in front of the wizard: answers, sometimes wrongly or with no, chooses at problems, and comes back.

import UpgradeCore
import UpgradeRuntime

/// Looks at the wizard now and then and does what it asks for.
final class SimulatedOperator {
  private unowned let world: World
  private var random: Randomness
  /// How often each problem has been met: somebody who waited often enough tries something else.
  private var met: [String: Int] = [:]
  /// Every other operator wants the shards in an order of his own before he accepts the plan.
  private var wantsOrder: Bool
  /// From then on only what brings the run to its end.
  var isEarnest = false

  init(_ world: World) {
    self.world = world
    random = Randomness(seed: world.scenario.seed, for: "operator")
    var taste = Randomness(seed: world.scenario.seed, for: "order")
    wantsOrder = taste.chance(0.5)
    look()
  }

  private func look() {
    world.agenda.after(random.milliseconds(50...500)) { [unowned self] in
      guard !world.isOver else { return }
      act()
      look()
    }
  }

  private func act() {
    guard let wizard = world.wizard, let conductor = wizard.conductor, let state = wizard.machine?.state else {
      return
    }
    if let problem = state.problem {
      decide(problem, conductor)
    } else if let question = state.asked {
      answer(question, conductor)
    }
  }

  private func answer(_ question: Question, _ conductor: Conductor) {
    if question.name.kind == .start, wantsOrder { return order(conductor) }
    var text = question.word
    if !isEarnest, random.chance(world.scenario.faults.operatorSlips) {
      text = random.pick(["", "y", "YES", "yes please", "no", question.word + " "]) ?? ""
    }
    world.witness.note("the operator answers \(question.name) with \"\(text)\"", by: .others)
    conductor.handle(.answer(Answer(question.name, text, source: .operatorInPerson)))
  }

  private func order(_ conductor: Conductor) {
    wantsOrder = false
    guard var shards = conductor.machine.state.setup?.shardsInTurn else { return }
    shards.shuffle(using: &random)
    world.witness.note("the operator wants the order \(shards)", by: .others)
    conductor.handle(.order(shards))
  }

  private func decide(_ problem: Problem, _ conductor: Conductor) {
    met[problem.name, default: 0] += 1
    world.met(problem)
    let offered = problem.choices.filter { offer in
      // Setting a rule aside is what a person answers for; the promises hold without.
      if case .override = offer.choice { false } else { offer.notOffered == nil }
    }.map(\.choice)
    let choice = usual(offered, problem)
    world.witness.note("at \(problem.name) the operator chooses \(choice.name): \(problem.what)", by: .others)
    conductor.handle(.choose(choice, typed: nil, source: .operatorInPerson))
  }

  private func usual(_ offered: [Choice], _ problem: Problem) -> Choice {
    let slip = !isEarnest && random.chance(world.scenario.faults.operatorSlips * 3)
    if slip, let any = random.pick(offered) { return any }
    if met[problem.name, default: 0] > 8, offered.contains(.windDown) { return .windDown }
    if problem.name == ClusterProblem.nodeDown, offered.contains(.adopt), met[problem.name, default: 0] % 2 == 0 {
      return .adopt
    }
    for wanted in [Choice.waitLonger, .askAgain, .adopt, .retry, .windDown] where offered.contains(wanted) {
      return wanted
    }
    return .stopHere
  }
}
