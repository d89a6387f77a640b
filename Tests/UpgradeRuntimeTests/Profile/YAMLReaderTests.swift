// What the YAML reader makes of files: pictures of the good ones, sentences for the bad ones, and noise.
import Testing
import UpgradeRuntime

/// A node as one line of text: scalars in quotes, `{k: v}`, `[a, b]`.
func picture(_ node: YAMLNode?) -> String {
  switch node?.content {
  case nil: "nothing"
  case .scalar(let text, _): "\"\(text)\""
  case .mapping(let entries): "{\(entries.map { "\($0.key): \(picture($0.node))" }.joined(separator: ", "))}"
  case .sequence(let items): "[\(items.map { picture($0) }.joined(separator: ", "))]"
  }
}

/// What a reader threw, as the operator sees it; "read" where it threw nothing.
func sentence(_ body: () throws(UsageError) -> Void) -> String {
  do throws(UsageError) {
    try body()
    return "read"
  } catch {
    return error.description
  }
}

@Suite struct YAMLReaderTests {
  struct Good: Sendable, CustomTestStringConvertible {
    var text: String
    var picture: String
    var testDescription: String { text.debugDescription }
  }

  @Test(arguments: [
    Good(text: "", picture: "nothing"),
    Good(text: "# only a comment\n", picture: "nothing"),
    Good(text: "---\n", picture: "\"\""),
    Good(text: "reach: local\n", picture: #"{reach: "local"}"#),
    Good(text: "\u{FEFF}reach: local\n", picture: #"{reach: "local"}"#),
    Good(text: "reach: local # here\n", picture: #"{reach: "local"}"#),
    Good(text: "on: no\nversion: 1.10\n", picture: #"{on: "no", version: "1.10"}"#),
    Good(
      text: "ssh: { user: ops, options: [\"-o\", \"A=1\"] }\n",
      picture: #"{ssh: {user: "ops", options: ["-o", "A=1"]}}"#),
    Good(text: "start: systemctl start {unit}\n", picture: #"{start: "systemctl start {unit}"}"#),
    Good(text: "start: '{dir}/start'\n", picture: #"{start: "{dir}/start"}"#),
    Good(text: "start: >\n  a\n  b\nstop: |\n  c\n", picture: "{start: \"a b\n\", stop: \"c\n\"}"),
    Good(text: "upgrade-node:127.0.0.1:7001: yes\n", picture: #"{upgrade-node:127.0.0.1:7001: "yes"}"#),
    Good(text: "a:\nb: ~\n", picture: #"{a: "", b: "~"}"#),
    Good(text: "%YAML 1.1\n---\na: é\n...\n", picture: #"{a: "é"}"#),
  ])
  func reads(_ good: Good) throws {
    #expect(picture(try YAMLReader.read(Array(good.text.utf8), file: "site.yaml")) == good.picture)
  }

  @Test func keepsLinesColumnsAndStyles() throws {
    let node = try #require(try YAMLReader.read(Array("# x\na: 'b'\nc:\n  - d\n  - \"\"\n".utf8), file: "f"))
    #expect(
      node
        == YAMLNode(
          .mapping([
            .init(key: "a", keyLine: 2, node: YAMLNode(.scalar("b", .singleQuoted), line: 2, column: 4)),
            .init(
              key: "c", keyLine: 3,
              node: YAMLNode(
                .sequence([
                  YAMLNode(.scalar("d", .plain), line: 4, column: 5),
                  YAMLNode(.scalar("", .doubleQuoted), line: 5, column: 5),
                ]), line: 4, column: 3)),
          ]), line: 2, column: 1))
  }

  struct Bad: Sendable, CustomTestStringConvertible {
    var bytes: [UInt8]
    var sentence: String
    init(_ text: String, _ what: String, _ remedy: String) { self.init(Array(text.utf8), what, remedy) }
    init(_ bytes: [UInt8], _ what: String, _ remedy: String) {
      self.bytes = bytes
      self.sentence = "\(what) \(remedy)"
    }
    var testDescription: String { String(decoding: bytes, as: UTF8.self).debugDescription }
  }

  static let whole = "Check the indentation; a text that starts with {, [ or a quote must be put in quotes as a whole."

  @Test(arguments: [
    Bad(
      "a: b: c\n",
      "1: a colon stands where no key can be.",
      "Put a text that holds \": \" in quotes, and check the indentation of this line."),
    Bad(
      "a: 1\n  b: 2\n",
      "2: a colon stands where no key can be.",
      "Put a text that holds \": \" in quotes, and check the indentation of this line."),
    Bad(
      "a:\n\tb: 1\n",
      "2: a value starts with a tab or with one of % @ `.",
      "Indent with spaces; put a text that starts with such a sign in quotes."),
    Bad(
      "a: |\n\tx\n", "2: a tab is used for indentation.",
      "Indent with spaces."),
    Bad(
      "a: @x\n",
      "1: a value starts with a tab or with one of % @ `.",
      "Indent with spaces; put a text that starts with such a sign in quotes."),
    Bad(
      "\na: \"x\n\n",
      "2: the quote that opens here is never closed.",
      "Close it; inside single quotes a quote is written twice."),
    Bad(
      "a: 'x\n---\n'\n",
      "1: the quote that opens here is never closed.",
      "Close it; inside single quotes a quote is written twice."),
    Bad(
      "a: \"\\d\"\n",
      "1: a backslash stands before a character that needs none.",
      "Use single quotes, in which a backslash is only a backslash."),
    Bad(
      "a: \"\\xzz\"\n",
      "1: a backslash stands before a character that needs none.",
      "Use single quotes, in which a backslash is only a backslash."),
    Bad(
      "a:\n  b: {dir}/x\n", "2: what stands here does not belong to the keys above it.",
      whole),
    Bad(
      "a:\n  b: 1\n c: 2\n", "3: what stands here does not belong to the keys above it.",
      whole),
    Bad(
      "- a\nb: 1\n", "2: what stands here does not belong to the list above it.",
      whole),
    Bad(
      "  a: 1\nb: 2\n", "2: what stands here does not belong to what stands above it.",
      whole),
    Bad(
      "a: {b\nc: d\n",
      "1: the bracket { that opens here is not closed.",
      "Close it; a text that holds a brace must be put in quotes."),
    Bad(
      "a: {run: cp {dir}/x, scope: host}\n",
      "1: the bracket { that opens here is not closed.",
      "Close it; a text that holds a brace must be put in quotes."),
    Bad(
      "a: [b, c\n", "1: the bracket [ that opens here is not closed.",
      "Close it, and put a comma between its items."),
    Bad(
      "a: 1\nb\n", "2: this line has no colon after its key.",
      "Write `key: value`."),
    Bad(
      "a: - b\n", "1: a list starts where none can be.",
      "Put the \"- \" on a line of its own below the key."),
    Bad(
      "a: ]\n",
      "1: no value stands where one is expected.",
      "Check the brackets; a text that starts with a bracket must be put in quotes."),
    Bad(
      "a: &\n", "1: a text starts with & or *, which YAML reads as a reference.",
      "Put the text in quotes."),
    Bad(
      "a: !<x\n", "1: a text starts with !, which YAML reads as a type.",
      "Put the text in quotes."),
    Bad(
      "a: !x!y z\n", "1: a text starts with !, which YAML reads as a type.",
      "Put the text in quotes."),
    Bad(
      "a: !!str b\n",
      "1: the tag \"tag:yaml.org,2002:str\" gives a value a type.",
      "Take the tag out; if a ! was meant, put the text in quotes."),
    Bad(
      "a: &x b\n",
      "1: the anchor &x names a value for use elsewhere.",
      "Write each value out where it is used; if an & was meant, put the text in quotes."),
    Bad(
      "a: *x\n",
      "1: the alias *x refers to another place in the file.",
      "Write the value out here; if a * was meant, put the text in quotes."),
    Bad(
      "a: 1\n---\nb: 1\n",
      "2: a second document starts here.",
      "Keep one document in the file: take the line --- out, or split the file."),
    Bad(
      "? [a]\n: b\n",
      "1: a list stands where a key is expected.",
      "A key is a word; a text that starts with { or [ must be put in quotes."),
    Bad(
      "a: b\nc: d\na: e\n", "3: the key \"a\" stands here again, first on line 1.",
      "Keep one of the two."),
    Bad(
      "a: \"\\0\"\n", "1: a text holds a NUL character.",
      "Take the \\0 out of it; no command and no answer can hold one."),
    Bad(
      "a: \u{7}\n", "1: the file holds a control character.",
      "Take it out, or give the text file that was meant."),
    Bad(
      [0xFF, 0xFE, 0x41, 0x00], "1: the file is not UTF-8.",
      "Save it as UTF-8."),
    Bad(
      [0x61, 0x0A, 0xED, 0xA0, 0x80], "2: the file is not UTF-8.",
      "Save it as UTF-8."),
    Bad(
      [0x61, 0x0A, 0xC0, 0x80], "2: the file is not UTF-8.",
      "Save it as UTF-8."),
    Bad(
      [0x61, 0x3A, 0x20, 0xC3], "1: the file is not UTF-8.",
      "Save it as UTF-8."),
    Bad(
      "%FOO\na: 1\n",
      "1: this is not YAML: found unknown directive name while scanning a directive.",
      "Check the brackets, quotes and indentation around this line."),
  ])
  func refuses(_ bad: Bad) {
    let said = sentence { () throws(UsageError) in _ = try YAMLReader.read(bad.bytes, file: "site.yaml") }
    #expect(said == "site.yaml:\(bad.sentence)")
  }

  @Test func holdsItsLimits() {
    func said(_ text: String) -> String {
      sentence { () throws(UsageError) in
        _ = try YAMLReader.read(Array(text.utf8), file: "f", limits: .init(bytes: 64, depth: 4, nodes: 8))
      }
    }
    #expect(said("[[[a]]]") == "read")
    #expect(
      said("[[[[a]]]]")
        == "f:1: values are nested more than 4 deep. Nothing that is read here goes deeper than 3; "
        + "check the brackets and the indentation.")
    #expect(said("[a,b,c,d,e,f,g]") == "read")
    #expect(
      said("[a,b,c,d,e,f,g,h]")
        == "f:1: the file holds more than 8 values. Give the file that was meant; "
        + "this one is too large to have been written by hand.")
    #expect(
      said(String(repeating: "#", count: 65))
        == "f:1: the file has 65 bytes and at most 64 are read. Give the file that was meant; "
        + "this one is too large to have been written by hand.")
  }

  @Test func aMillionBracketsAreRefusedByTheirDepth() {
    let said = sentence { () throws(UsageError) in
      _ = try YAMLReader.read([UInt8](repeating: UInt8(ascii: "["), count: 1 << 20), file: "f")
    }
    #expect(said.hasPrefix("f:1: values are nested more than 16 deep."))
  }
}
