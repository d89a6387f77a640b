// `INFO` taken apart: sections, fields, line ends, repetition, size.

import Testing

@testable import UpgradeCore

@Suite struct InfoTextTests {
  @Test func sectionsAndFields() throws {
    let info = InfoText("# Server\r\nredis_version:6.2.14\r\n\r\n# Replication\r\nmaster_host:::1\r\nrole:slave\r\n")
    #expect(info.sections == ["server", "replication"])
    #expect(info["redis_version"] == "6.2.14")
    #expect(info["master_host"] == "::1", "only the first colon parts name and value")
    #expect(info["nothing"] == nil)
    #expect(info.fields.map(\.name) == ["redis_version", "master_host", "role"])
  }

  @Test func oddLines() {
    let info = InfoText("no colon here\na:1\na:2\n:empty name\n\n\nlast:without line end")
    #expect(info["a"] == "1", "the first of two equal names counts")
    #expect(info[""] == "empty name")
    #expect(info["last"] == "without line end")
  }

  @Test func typedFields() throws {
    let info = InfoText("n:12\nbig:18446744073709499644\nyes:1\nno:0\nodd:2\ngood:ok\nbad:err\nempty:\n")
    #expect(try info.number("n") == 12)
    #expect(try info.flag("yes"))
    #expect(try !info.flag("no"))
    #expect(try info.succeeded("good"))
    #expect(try !info.succeeded("bad"))
    #expect(try info.numberIfPrinted("nothing") == nil)
    #expect(throws: ReadingError("INFO", "big", .unexpected("18446744073709499644"))) { try info.number("big") }
    #expect(throws: ReadingError("INFO", "empty", .unexpected(""))) { try info.numberIfPrinted("empty") }
    #expect(throws: ReadingError("INFO", "odd", .unexpected("2"))) { try info.flag("odd") }
    #expect(throws: ReadingError("INFO", "n", .unexpected("12"))) { try info.succeeded("n") }
    #expect(throws: ReadingError("INFO", "nothing", .missing)) { try info.flag("nothing") }
  }

  @Test func numbersBeyondBeliefAreNone() throws {
    let info = InfoText(
      "most:9007199254740992\nmore:9007199254740993\nleast:-9007199254740992\nless:-9007199254740993\n")
    #expect(try info.number("most") == 1 << 53)
    #expect(try info.number("least") == -(1 << 53))
    #expect(throws: ReadingError.self) { try info.number("more") }
    #expect(throws: ReadingError.self) { try info.number("less") }
  }

  @Test func oversized() {
    let filler = String(repeating: "x:y\n", count: InfoText.limit / 4)
    let info = InfoText("first:1\n" + filler + "# Keyspace\nlast:1\n")
    #expect(info["first"] == "1")
    #expect(info["last"] == nil, "what lies beyond the limit is not read")
    #expect(!info.sections.contains("keyspace"))
  }

  @Test func aLineCutByTheLimitIsNotRead() {
    let filler = String(repeating: "x", count: InfoText.limit - 12) + "\n"
    let info = InfoText(filler + "used_memory:123456789\n")
    #expect(info["used_memory"] == nil)
    #expect(info["used_memor"] == nil)
  }
}
