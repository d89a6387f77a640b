// One call of a simulated program: who calls it, on which node, with which words, and how it speaks.

import SystemIO

extension Simulator {
  /// What a program has to work with.
  package struct Call: Sendable {
    package let store: Store
    /// The node on which it was called.
    package let node: Int
    package let words: [String]
    package let speech: Speech

    package init(store: Store, node: Int, words: [String], speech: Speech) {
      self.store = store
      self.node = node
      self.words = words
      self.speech = speech
    }

    var loop: EventLoop { store.loop }
    var folder: String { store.folder(ofNode: node) }

    func say(_ line: String) { speech.put(line + "\n") }
    func say(_ lines: [String]) { for line in lines { say(line) } }
  }

  /// Where a program's words go to, and where answers come from.
  package struct Speech: Sendable {
    /// Whether it speaks to a terminal, and so in colours.
    package let isTerminal: Bool
    package let put: @Sendable (String) -> Void
    /// The next line of its input; nil at its end.
    package let answer: @Sendable () async -> String?

    package init(
      isTerminal: Bool, put: @escaping @Sendable (String) -> Void, answer: @escaping @Sendable () async -> String?
    ) {
      self.isTerminal = isTerminal
      self.put = put
      self.answer = answer
    }

    /// The process's own input and output.
    package static func ofProcess() -> Speech {
      let input = StandardInput()
      return Speech(
        isTerminal: Terminal.isTerminal(1),
        put: { text in try? Files.write(Array(text.utf8), to: 1, path: "standard output") },
        answer: { await input.next() })
    }
  }

  /// Lines of standard input; nothing is read before the first question.
  private actor StandardInput {
    private var lines: AsyncStream<String>?

    func next() async -> String? {
      if lines == nil { lines = try? LineInput.lines(of: 0) }
      // Copies of the iterator share the stream's place.
      var iterator = lines?.makeAsyncIterator()
      return await iterator?.next()
    }
  }

  /// Why a program ends with something else than success; the text is what it says.
  package struct Refusal: Error, Sendable {
    package let text: String
    package let code: Int32

    init(_ text: String, code: Int32 = 1) {
      self.text = text
      self.code = code
    }

    init(_ error: LabError) { self.init("\(error)", code: 70) }

    /// Does what the lab may fail at; its failure is the program's.
    static func real<Answer>(
      _ body: () async throws(LabError) -> Answer
    ) async throws(Refusal) -> Answer {
      do throws(LabError) {
        return try await body()
      } catch {
        throw Refusal(error)
      }
    }
  }
}
