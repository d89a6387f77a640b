// What is known about one word, as a value: lines and JSON are made of the same facts.

/// Everything that is known about a rule, a consideration, a release, a hop, or what there is to ask for.
package struct Explanation: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable {
    /// What there is.
    case overview
    /// All things of one kind, by name.
    case list
    case rule, hazard, change, block, release, hop
  }

  /// One thing that is known, under its name in JSON and in lines.
  package struct Fact: Hashable, Sendable {
    package let key: String
    package let label: String
    package let value: Value

    init(_ key: String, _ value: Value, label: String? = nil) {
      self.key = key
      self.label = label ?? key.replacing("_", with: " ")
      self.value = value
    }

    init(_ key: String, _ text: String, label: String? = nil) { self.init(key, .text(text), label: label) }
  }

  package indirect enum Value: Hashable, Sendable {
    case text(String)
    /// In an order that matters, as the steps of a way.
    case texts([String])
    /// Names that can be asked for.
    case names([String])
    case entries([Entry])
  }

  /// A thing that can be asked for by itself, in a list of such.
  package struct Entry: Hashable, Sendable {
    package let name: String
    package let text: String
    package let facts: [Fact]

    init(_ name: String, _ text: String, _ facts: [Fact] = []) {
      self.name = name
      self.text = text
      self.facts = facts
    }
  }

  package let kind: Kind
  package let name: String
  package let title: String
  package let facts: [Fact]

  /// Facts that say nothing are left out.
  init(_ kind: Kind, _ name: String, _ title: String, _ facts: [Fact]) {
    self.kind = kind
    self.name = name
    self.title = title
    self.facts = facts.filter { !$0.isEmpty }
  }
}

extension Explanation.Fact {
  var isEmpty: Bool {
    switch value {
    case .text(let text): text.isEmpty
    case .texts(let texts), .names(let texts): texts.isEmpty
    case .entries(let entries): entries.isEmpty
    }
  }
}
