// What a check says of each object, as `check --json` tells it, and the clients that tests prepare servers with.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

/// One verdict.
struct CheckRow: CustomStringConvertible {
  var name: String
  var object: String
  var result: String
  var saw: String
  var description: String { "\(result) \(name) \(object): \(saw)" }

  /// All that a check said.
  static func read(_ said: Said) throws -> [CheckRow] {
    let json = try JSONParser.read(Array((said.output.split(separator: "\n").last ?? "").utf8))
    return try #require(json["checks"]?.array, "\(said)").map { row in
      CheckRow(
        name: row["name"]?.string ?? "", object: row["object"]?.string ?? "", result: row["result"]?.string ?? "",
        saw: row["saw"]?.string ?? "")
    }
  }
}

extension [CheckRow] {
  /// A rule that does not pass somewhere, and in what words.
  func expect(
    _ name: String, _ result: String, _ saw: String, _ location: SourceLocation = #_sourceLocation
  ) {
    let about = filter { $0.name == name && $0.result != "pass" }
    #expect(
      about.contains { $0.result == result && $0.saw.contains(saw) }, "\(name): \(about)", sourceLocation: location)
  }

  /// A rule that passes wherever it is asked.
  func expectPass(_ name: String, _ location: SourceLocation = #_sourceLocation) {
    let about = filter { $0.name == name && $0.result != "skip" }
    #expect(!about.isEmpty && about.allSatisfy { $0.result == "pass" }, "\(name): \(about)", sourceLocation: location)
  }
}

extension Night {
  /// - Parameter profile: that of the lab where nothing is said.
  func rows(
    to: String, profile: [String]? = nil, environment: [String: String?] = [:]
  ) async throws -> [CheckRow] {
    let said = try await Night.run(
      ["check", target, "--to", to, "--json"] + (profile ?? Array(self.profile.prefix(2))), folder: folder, on: loop,
      environment: environment)
    return try CheckRow.read(said)
  }

  func client(_ index: Int, user: String? = nil, password: String? = nil) -> Client {
    Client(
      endpoint: lab.addresses[index].endpoint, on: loop,
      options: ClientOptions(user: user, password: password.map { Secret($0) }, preferRESP3: false))
  }

  /// The lab's profile with one node reached elsewhere: where somebody lies about it.
  func profile(reaching index: Int, at port: UInt16) throws -> [String] {
    try profile(reaching: [index: port])
  }

  func profile(reaching ports: [Int: UInt16]) throws -> [String] {
    let path = "\(folder)/elsewhere.yaml"
    let text = String(decoding: try Files.read(lab.profilePath), as: UTF8.self)
    let lines = ports.sorted { $0.key < $1.key }.map { "  \"\(lab.addresses[$0.key])\": \"127.0.0.1:\($0.value)\"\n" }
    try Files.writeAtomically(path, Array((text + "\naddresses:\n" + lines.joined()).utf8))
    return ["--profile", path]
  }
}

extension Client {
  func set(_ directive: String, _ value: String) async throws {
    #expect(try await send(["CONFIG", "SET", "\(directive)", "\(value)"]).text == "OK")
  }
}
