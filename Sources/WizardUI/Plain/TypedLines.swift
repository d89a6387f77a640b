// What a typed line means: an answer where one is asked for and could have been read, else one of a few words.

import SystemIO
import UpgradeCore

extension LineModel {
  mutating func take(_ line: String, _ picture: RunPicture, at now: MonotonicTime) -> [LineEffect] {
    guard hasPerson, !isEnding else { return [] }
    let text = line.trimmed
    if let effects = word(text, picture, at: now) { return effects }
    guard let asking, sent == nil else {
      return text.isEmpty ? [] : [.say(.refused("nothing is asked now, so \"\(text)\" was not taken"))]
    }
    guard asking.gate.isArmed(at: now) else {
      return [.say(.refused("typed before the question could be read, so it was not taken"))] + askAgain(at: now)
    }
    guard !text.isEmpty else {
      return [.say(.refused("Enter alone answers nothing"))] + askAgain(at: now)
    }
    switch asking.prompt {
    case .question(let question):
      let isShort = question.consentClass == .reversible && text == "y"
      return send(.answer(question.name, isShort ? question.word : text, .operatorInPerson), picture)
    case .problem(let problem): return choose(text, problem, picture, at: now)
    case .override(let gate):
      if text == "no" {
        stopAsking()
        return []
      }
      return send(.choose(.override(gate), typed: text, .operatorInPerson), picture)
    case .checks:
      return [.say(.refused("that is none of recheck and leave"))] + askAgain(at: now)
    case .goOn:
      stopAsking()
      return text == "yes" || text == "y" ? [.send(.pause(false))] : []
    }
  }

  /// Words that mean the same at every moment, and are no answer to anything.
  private mutating func word(_ text: String, _ picture: RunPicture, at now: MonotonicTime) -> [LineEffect]? {
    switch text {
    case "health": return [.say(.health)] + askAgain(at: now)
    case "commands":
      guard case .question(let question)? = asking?.prompt else { return nil }
      return [.say(.commands(question))] + askAgain(at: now)
    case "pause":
      return [.say(.remark("what runs is finished, then nothing begins until you type continue")), .send(.pause(true))]
        + askAgain(at: now)
    case "continue" where picture.isPaused: return ask(.goOn, at: now)
    case "recheck" where asking?.prompt == .checks:
      recheck()
      return send(.recheck(nil), picture)
    case "leave": return leave(picture)
    default: return order(text, picture, at: now)
    }
  }

  /// `order s3 s1 s2`: the shards have their turns in that order.
  private mutating func order(_ text: String, _ picture: RunPicture, at now: MonotonicTime) -> [LineEffect]? {
    let words = text.split(separator: " ")
    guard words.first == "order", case .question(let question)? = asking?.prompt, question.name.kind == .start else {
      return nil
    }
    let names = picture.setup?.shards.map(\.id) ?? []
    let shards = words.dropFirst().map { word in names.first { $0.description == word } }
    let order = shards.compactMap(\.self)
    if shards.contains(nil) {
      return [.say(.refused("the shards are \(names.map(\.description).joined(separator: " "))"))]
        + askAgain(at: now)
    }
    if let obstacle = picture.state.obstacle(toOrdering: order) {
      return [.say(.refused(obstacle))] + askAgain(at: now)
    }
    return send(.order(order), picture)
  }

  /// By its number or its name; a rule is set aside only with its own words.
  private mutating func choose(
    _ text: String, _ problem: Problem, _ picture: RunPicture, at now: MonotonicTime
  ) -> [LineEffect] {
    let offers = NumberedOffer.all(of: problem)
    let named = offers.filter { $0.offer.choice.name == text && $0.number != nil }
    let chosen = offers.first { $0.number.map(String.init) == text } ?? (named.count == 1 ? named.first : nil)
    guard let chosen else {
      let reason =
        offers.first { $0.offer.choice.name == text && $0.number == nil }?.offer.notOffered
        .map { "not offered: \($0)" } ?? "that is none of the choices"
      return [.say(.refused(reason))] + askAgain(at: now)
    }
    if case .override(let gate) = chosen.offer.choice { return ask(.override(gate), at: now) }
    return send(.choose(chosen.offer.choice, typed: nil, .operatorInPerson), picture)
  }
}

extension String {
  /// Without the blanks around it.
  fileprivate var trimmed: String {
    var text = self[...]
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
