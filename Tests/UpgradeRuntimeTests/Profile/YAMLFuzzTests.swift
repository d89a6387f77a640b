// Noise for the YAML reader: it either reads or says a line of the file, and reads back whatever was written properly.
import Testing
import UpgradeRuntime

/// The same sequence for the same seed, on every machine (SplitMix64, Steele et al. 2014).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}

@Suite struct YAMLFuzzTests {
  static let seedText = """
    # a site
    reach: ssh
    ssh: { user: ops, options: ["-o", 'ConnectTimeout=5'] }
    software:
      stage: >
        fetch {version}
      start: {run: "systemctl start {unit}", scope: node, bound: 60}
    hooks:
      - a: |
          b
      - "c\\n": d
    """

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func brokenFilesAreReadOrRefusedWithALineOfTheirs(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let interesting = Array("\n\t \"'{}[],:-?&*!|>%@`#\\\u{FEFF}\u{85}~".utf8) + [0x00, 0xFF, 0xC3, 0x80]
    var refused = 0
    for _ in 0..<2_000 {
      var bytes = Array(Self.seedText.utf8)
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[place] = interesting.randomElement(using: &generator) ?? 0
        case 1: bytes.insert(interesting.randomElement(using: &generator) ?? 0, at: place)
        case 2: bytes.removeSubrange(place..<min(bytes.count, place + 4))
        default: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        }
      }
      // Each byte could at most start a line (libyaml also breaks lines at U+0085, U+2028 and a lone CR).
      do throws(UsageError) {
        _ = try YAMLReader.read(bytes, file: "f")
      } catch {
        refused += 1
        let line = error.place?.line ?? 0
        #expect(line >= 1 && line <= bytes.count + 1, "\(bytes)")
        #expect(!error.what.isEmpty && error.remedy.hasSuffix("."), "\(bytes)")
      }
    }
    #expect(refused > 100 && refused < 2_000)
  }

  @Test(arguments: [11, 12, 13] as [UInt64])
  func whatIsWrittenInQuotesIsReadBack(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<300 {
      let tree = randomTree(depth: 4, &generator)
      let text = flow(tree)
      let read = try YAMLReader.read(Array(text.utf8), file: "f")
      #expect(picture(read) == picture(tree), "\(text)")
    }
  }

  private func randomTree(depth: Int, _ generator: inout SeededGenerator) -> YAMLNode {
    let kind = depth == 0 ? 0 : Int.random(in: 0..<3, using: &generator)
    let count = Int.random(in: 0..<5, using: &generator)
    var children: [YAMLNode] = []
    if kind > 0 {
      for _ in 0..<count { children.append(randomTree(depth: depth - 1, &generator)) }
    }
    switch kind {
    case 0: return YAMLNode(.scalar(randomText(&generator), .doubleQuoted), line: 1, column: 1)
    case 1: return YAMLNode(.sequence(children), line: 1, column: 1)
    default:
      let entries = children.enumerated().map { index, child in
        YAMLNode.Entry(key: "\(index)\(randomText(&generator))", keyLine: 1, node: child)
      }
      return YAMLNode(.mapping(entries), line: 1, column: 1)
    }
  }

  private func randomText(_ generator: inout SeededGenerator) -> String {
    let letters: [Character] = [
      "a", "é", "語", "🙂", " ", "\n", "\t", "\"", "\\", "'", "{", "}", ":", "#", "\u{1b}", "%",
    ]
    return String(
      (0..<Int.random(in: 0..<9, using: &generator)).map { _ in letters.randomElement(using: &generator) ?? "a" })
  }

  private func flow(_ node: YAMLNode) -> String {
    switch node.content {
    case .scalar(let text, _): quoted(text)
    case .sequence(let items): "[" + items.map(flow).joined(separator: ", ") + "]"
    case .mapping(let entries):
      "{" + entries.map { "\(quoted($0.key)): \(flow($0.node))" }.joined(separator: ", ") + "}"
    }
  }

  private func quoted(_ text: String) -> String {
    var result = "\""
    for character in text {
      switch character {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\u{1b}": result += "\\e"
      default: result.append(character)
      }
    }
    return result + "\""
  }
}
