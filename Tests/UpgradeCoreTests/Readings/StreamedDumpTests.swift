// A dump told from what a server says before and after it, however it arrives.

import Testing

@testable import UpgradeCore

@Suite struct StreamedDumpTests {
  private static let dump = Array("REDIS0009 and all that".utf8)
  private static let mark = String(repeating: "0123456789", count: 4)

  /// What is told of bytes that arrive in pieces of one length.
  private func take(_ text: String, in length: Int) throws -> (dump: [UInt8], isOver: Bool, announced: Int?) {
    var stream = StreamedDump()
    var dump: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      dump += try stream.take(Array(rest.prefix(length)))
      rest = rest.dropFirst(length)
    }
    return (dump, stream.isOver, stream.announced)
  }

  @Test(arguments: [1, 2, 3, 7, 39, 40, 41, 1000]) func howeverItArrives(_ length: Int) throws {
    let text = String(decoding: Self.dump, as: UTF8.self)
    let counted = try take("\n\n\r\n$\(Self.dump.count)\r\n\(text)*1\r\n$4\r\nPING\r\n", in: length)
    #expect(counted.dump == Self.dump)
    #expect(counted.isOver && counted.announced == Self.dump.count)
    // The mark's beginning stands in the dump as well.
    let trap = text + Self.mark.prefix(39) + "x"
    let marked = try take("\n$EOF:\(Self.mark)\r\n\(trap)\(Self.mark)*1\r\n$4\r\nPING\r\n", in: length)
    #expect(String(decoding: marked.dump, as: UTF8.self) == trap)
    #expect(marked.isOver && marked.announced == nil)
  }

  @Test func whatIsNoDump() {
    #expect(throws: StreamedDump.Fault.refused("NOPERM this user has no permissions")) {
      try take("-NOPERM this user has no permissions\r\n", in: 5)
    }
    for text in ["+OK\r\n", "$-1\r\n", "$EOF:short\r\n", "$x\r\n"] {
      #expect(throws: StreamedDump.Fault.unexpected(String(text.dropLast()))) { try take(text, in: 100) }
    }
    #expect(throws: StreamedDump.Fault.unexpected("a line without an end")) {
      try take(String(repeating: "x", count: 5000), in: 1000)
    }
  }

  @Test func whatIsCutOffIsNotOver() throws {
    #expect(try !take("$10\r\n12345", in: 100).isOver)
    #expect(try !take("$EOF:\(Self.mark)\r\nall but \(Self.mark.dropLast())", in: 100).isOver)
  }
}
