// The modules that matter on the way between releases of Redis Enterprise Software, under all their names.

extension Enterprise {
  /// A module that the vendor ships or has shipped.
  package enum ModuleKind: String, Hashable, Sendable, CaseIterable {
    case search, json, timeSeries, bloom, graph, gears

    /// Read off the name that `rladmin status modules` or the REST API gives it; nil for a module of somebody else.
    package init?(named name: String) {
      let name = name.lowercased()
      let known = Self.allCases.first { kind in
        kind.words.contains { word in name == word || (word.utf8.count > 2 && name.contains(word)) }
      }
      guard let known else { return nil }
      self = known
    }

    /// What its names contain; those of two letters are whole names.
    private var words: [String] {
      switch self {
      case .search: ["search", "ft"]
      case .json: ["json"]
      case .timeSeries: ["timeseries"]
      case .bloom: ["bloom", "bf"]
      case .graph: ["graph"]
      case .gears: ["gears", "rg"]
      }
    }

    /// The vendor has given it up: it holds upgrades back (redis/docs, release notes of 7.2 and 8.0).
    package var isGivenUp: Bool { self == .graph || self == .gears }
  }
}
