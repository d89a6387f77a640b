// What a real server runs with, against its file: before, after CONFIG SET, and after CONFIG REWRITE.

import SystemIO
import Testing
import UpgradeCore
import UpgradeRuntime

@Suite(.timeLimit(.minutes(3))) struct StoredConfigurationReaderTests {
  @Test("what was only set at runtime is named, until the file is rewritten", arguments: ServerBinary.allCases)
  func againstARealServer(_ binary: ServerBinary) async throws {
    let lines = [
      "maxmemory 64MB", "slave-priority 50", "client-output-buffer-limit replica 64mb 32mb 30",
      "notify-keyspace-events \"KA\"", "requirepass 'a b'", "save 900 1",
    ]
    try await withServer(binary, lines) { server async throws in
      let client = server.client(ClientOptions(password: Secret("a b")))
      let file = try #require(try await client.send(["INFO", "server"]).text?.configFile)
      let release = try #require(Release(binary.rawValue))
      func unsaved() async throws -> [String]? {
        let running = try Reader.configuration(try await client.send(["CONFIG", "GET", "*"]).map { $0.text ?? "" })
        return await StoredConfigurationReader(loop: server.loop).read(file)?.unsaved(running: running, on: release)
      }
      #expect(try await unsaved() == [])
      let changed = ["hz": "25", "maxmemory": "1mb", "save": "60 1", "masterauth": "other", "appendfsync": "always"]
      for (name, value) in changed { _ = try await client.send(Command(words: ["CONFIG", "SET", name, value])) }
      #expect(try await unsaved() == changed.keys.sorted())
      _ = try await client.send(["CONFIG", "REWRITE"])
      #expect(try await unsaved() == [])
      await client.close()
    }
  }

  @Test("includes are followed; what cannot be read whole says nothing")
  func includes() async throws {
    try await onLoop { loop, directory in
      let reader = StoredConfigurationReader(loop: loop)
      let main = "\(directory)/main.conf"
      try Files.writeAtomically("\(directory)/more.conf", Array("hz 50".utf8))
      try Files.writeAtomically(main, Array("include \(directory)/more.conf".utf8))
      let release = Release(.redis, Version(7, 0, 15))
      #expect(await reader.read(main)?.unsaved(running: ["hz": "50"], on: release) == [])
      for line in ["include \(directory)/absent.conf", "include \(directory)/*.conf", "include more.conf", "hz \"5"] {
        try Files.writeAtomically(main, Array(line.utf8))
        #expect(await reader.read(main) == nil)
      }
      // A file that includes itself ends too.
      try Files.writeAtomically(main, Array("include \(main)".utf8))
      #expect(await reader.read(main) == nil)
    }
  }
}

extension String {
  fileprivate var configFile: String? {
    split(whereSeparator: \.isNewline).first { $0.hasPrefix("config_file:") }.map { String($0.dropFirst(12)) }
  }
}
