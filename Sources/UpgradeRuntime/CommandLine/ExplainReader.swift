import UpgradeCore

/// Understands what `explain` is asked about.
struct ExplainReader {
  private let words: Words

  init(_ words: Words) { self.words = words }

  func request(face: FaceRequest) throws(UsageError) -> ExplainRequest {
    let topic = try topic(words.arguments)
    if words.has(.markdown) {
      guard topic == .rules else {
        throw UsageError(
          .conflictingFlags, "--markdown is for the list of all rules", remedy: "Write explain rules --markdown.")
      }
      guard face.face != .json else {
        throw UsageError(.conflictingFlags, "--markdown and --json are two forms of one list", remedy: "Keep one.")
      }
    }
    return ExplainRequest(topic: topic, asMarkdown: words.has(.markdown), face: face)
  }

  private func topic(_ arguments: [String]) throws(UsageError) -> Topic {
    switch arguments.count {
    case 0: return .everything
    case 1:
      if let topic = Topic(named: arguments[0]) { return topic }
      guard Self.isVersion(arguments[0]) else { throw Self.unknown(arguments[0]) }
      return .release(try release(arguments[0], of: nil))
    case 2:
      if let word = arguments.first(where: { !Self.isVersion($0) }) {
        throw UsageError(
          .version, "\(Quotation.quoted(word)) is not a version, and a hop is from one to another",
          remedy: "Write for example explain 6.2.14 7.0.15, or one name alone.")
      }
      let from = try release(arguments[0], of: nil)
      return .hop(from, try release(arguments[1], of: from.product))
    default:
      throw UsageError(
        .extraArgument, "\(Quotation.argument(arguments[2])) is one argument too many",
        remedy: "Write \(Subcommand.explain.synopsis).")
    }
  }

  /// A release that the table knows; `product` is that of the one before, which a bare version means as well.
  private func release(_ text: String, of product: Product?) throws(UsageError) -> Release {
    let release = try WantedRelease(text, of: "VERSION").release(for: product ?? .redis)
    guard Releases.line(of: release) == nil else { return release }
    throw UsageError(
      .version, "\(release.title) is not in this program's table of releases",
      remedy: "`redis-upgrade explain releases` lists what is.")
  }

  /// Whether it was meant as a version: it begins with a digit, also behind the name of a product.
  private static func isVersion(_ text: String) -> Bool {
    let products = Product.servers.map { "\($0.rawValue)-" } + ["v"]
    let rest = products.first { text.lowercased().hasPrefix($0) }.map { text.dropFirst($0.count) } ?? text[...]
    return rest.first?.isNumber == true
  }

  private static func unknown(_ word: String) -> UsageError {
    let nearest = NearestNames.of(word, among: Topic.names)
    return UsageError(
      .unknownValue, "nothing is called \(Quotation.quoted(word))",
      remedy: nearest.isEmpty
        ? "`redis-upgrade explain` lists all names." : "The nearest is \(Quotation.list(nearest)).")
  }
}
