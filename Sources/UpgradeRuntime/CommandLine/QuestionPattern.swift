package import UpgradeCore

/// A question that can be asked, as far as answering it beforehand goes.
package struct QuestionPattern: Equatable, Sendable {
  /// `hand-over`
  package let name: String
  /// Whether it is asked per object, so that `hand-over:s1` answers one of them.
  package let takesObject: Bool
  /// The classes of consent that it can carry; which one is only known when it is asked.
  package let classes: [ConsentClass]

  package init(_ name: String, takesObject: Bool, classes: [ConsentClass]) {
    self.name = name
    self.takesObject = takesObject
    self.classes = classes
  }

  /// Every question of a run.
  package static let all: [QuestionPattern] = QuestionKind.allCases.map { kind in
    QuestionPattern(kind.rawValue, takesObject: kind.takesObject, classes: classes(of: kind))
  }

  private static func classes(of kind: QuestionKind) -> [ConsentClass] {
    switch kind {
    case .start, .clientProbe, .configurationFiles, .enableUpgradeMode, .disableUpgradeMode, .canary, .firstPromotion,
      .upgradePolicy, .defaultVersion:
      [.reversible]
    case .upgradeNode: [.reversible, .outage, .noReturn]
    case .upgradeHost: [.reversible, .noReturn]
    case .handOver, .returnPrimary: [.visible, .noReturn]
    case .upgradeDatabase: [.visible, .outage, .loss]
    case .installerPrompt: [.reversible, .override]
    case .planChange: [.reversible, .visible, .outage, .noReturn]
    }
  }

  var canBeAnsweredBeforehand: Bool { classes.contains(where: \.canBeAnsweredBeforehand) }

  /// What may be written as its answer: for one object also the words that its dialog would ask for.
  func words(object: String?) -> [String] {
    var words = ["yes", "no"]
    guard let object else { return words }
    for consent in classes where consent.canBeAnsweredBeforehand {
      let word = Question.word(consent, object: object)
      if !words.contains(word) { words.append(word) }
    }
    return words
  }
}
