/// One value of a YAML file, with the line and column it starts at.
package struct YAMLNode: Equatable, Sendable {
  /// How a scalar was written; it tells `no` (a word) from `"no"`, and a missing value from an empty one.
  package enum Style: Sendable {
    case plain, singleQuoted, doubleQuoted, literal, folded
  }

  /// A key of a mapping and what stands under it, in the order of the file.
  package struct Entry: Equatable, Sendable {
    package let key: String
    package let keyLine: Int
    package let node: YAMLNode

    package init(key: String, keyLine: Int, node: YAMLNode) {
      self.key = key
      self.keyLine = keyLine
      self.node = node
    }
  }

  /// What kind of value it is. Scalars stay text: nothing here turns `no` into false or `1.10` into a number.
  package indirect enum Content: Equatable, Sendable {
    case scalar(String, Style)
    case mapping([Entry])
    case sequence([YAMLNode])
  }

  package let content: Content
  /// Counts from 1.
  package let line: Int
  /// Counts from 1.
  package let column: Int

  package init(_ content: Content, line: Int, column: Int) {
    self.content = content
    self.line = line
    self.column = column
  }

  /// A key without anything after its colon (or `~`, or `null`): there is a node, but no value.
  package var isMissing: Bool {
    guard case .scalar(let text, .plain) = content else { return false }
    return text.isEmpty || text == "~" || text == "null"
  }

  /// What an operator would call it: "a list", "a group of keys", "text", "no value".
  package var kind: String {
    switch content {
    case .scalar: isMissing ? "no value" : "text"
    case .mapping: "a group of keys"
    case .sequence: "a list"
    }
  }
}
