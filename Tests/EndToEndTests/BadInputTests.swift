// What cannot be begun: each a clear sentence and exit 1 or 2, nothing changed and nothing left behind.

import SystemIO
import Testing
import UpgradeRuntime

struct BadInput: Sendable, CustomTestStringConvertible {
  var words: [String]
  var profile: String?
  var answers: String?
  var code: Int32
  var says: String
  var testDescription: String { says }
}

@Suite(.timeLimit(.minutes(5))) struct BadInputTests {
  private static let nobody = "127.0.0.1:1"

  static let rows: [BadInput] = [
    BadInput(words: [nobody, "--to", "7.0.15"], code: 1, says: "connection refused"),
    BadInput(
      words: ["nosuch.invalid:6379", "--to", "7.0.15"], code: 1, says: "cannot find the address of nosuch.invalid"),
    BadInput(words: [nobody, "--to", "seven"], code: 2, says: "is not a version"),
    BadInput(words: [nobody], code: 2, says: "needs --to VERSION"),
    BadInput(words: [nobody, "--to", "7.0.15", "--bogus"], code: 2, says: "--bogus"),
    BadInput(
      words: [nobody, "--to", "7.0.15", "--answer", "bogus=yes"], code: 2, says: #"no question is called "bogus""#),
    BadInput(words: [nobody, "--to", "7.0.15", "--state-dir", "/proc/nope"], code: 1, says: "no run can be recorded"),
    BadInput(
      words: [nobody, "--to", "7.0.15", "--state-dir", "/etc/passwd/runs"], code: 1, says: "no run can be recorded"),
    BadInput(
      words: [nobody, "--to", "7.0.15"], answers: "start: yes\ncanery: yes\n", code: 2,
      says: #"answers.yaml:2: no question is called "canery". The nearest is canary"#),
    BadInput(
      words: [nobody, "--to", "7.0.15"], answers: "start: yes\ncanary: [\n", code: 2, says: "answers.yaml:3"),
    BadInput(
      words: [nobody, "--to", "7.0.15"], answers: "start: maybe\n", code: 2,
      says: #"answers.yaml:1: "maybe" is no answer to start"#),
    BadInput(words: [nobody, "--to", "7.0.15", "--profile", "/nonexistent.yaml"], code: 2, says: "/nonexistent.yaml"),
    BadInput(
      words: [nobody, "--to", "7.0.15"], profile: "software:\n  start: \"x\n", code: 2, says: "profile.yaml:2"),
    BadInput(
      words: [nobody, "--to", "7.0.15"], profile: "reach: local\nsoftware:\n  stop: x\n", code: 2, says: "has no start"),
    BadInput(
      words: [nobody, "--to", "7.0.15"], profile: "software:\n  start: x {bogus}\n", code: 2,
      says: "there is no placeholder {bogus}"),
    BadInput(
      words: [nobody, "--to", "7.0.15"], profile: "software:\n  start: x\nbogus: 1\n", code: 2,
      says: "profile.yaml:3: the profile has no key \"bogus\""),
    BadInput(
      words: ["rediss://127.0.0.1:1", "--to", "7.0.15", "--cacert", "/nowhere.pem"], code: 2,
      says: "the file of authorities (--cacert) cannot be used: cannot open /nowhere.pem: no such file"),
    BadInput(
      words: ["redis://127.0.0.1:1", "--to", "7.0.15", "--cert", "/nowhere.pem"], code: 2,
      says: "--cert is about TLS, and nothing says that TLS is spoken"),
    BadInput(
      words: ["rediss://127.0.0.1:1", "--to", "7.0.15", "--cert", "/nowhere.pem"], code: 2,
      says: "--cert needs the certificate's key as well"),
    BadInput(words: ["status"], code: 1, says: "there is no run"),
    BadInput(words: ["resume"], code: 1, says: "there is no run"),
    BadInput(words: ["cleanup"], code: 1, says: "there is no run"),
  ]

  @Test(arguments: rows) func isRefusedInASentence(_ input: BadInput) async throws {
    let loop = try EventLoop(name: "bad-input")
    defer { loop.stop() }
    let name = (0..<8).map { _ in String("abcdefghijklmnopqrstuvwxyz".randomElement() ?? "x") }.joined()
    let folder = "/tmp/redis-upgrade-test-\(name)"
    try Files.makeDirectories(folder)
    defer { try? Files.removeTree(folder) }
    var words = input.words
    if let profile = input.profile {
      try Files.writeAtomically("\(folder)/profile.yaml", Array(profile.utf8))
      words += ["--profile", "\(folder)/profile.yaml"]
    }
    if let answers = input.answers {
      try Files.writeAtomically("\(folder)/answers.yaml", Array(answers.utf8))
      words += ["--answers", "\(folder)/answers.yaml"]
    }
    if !words.contains("--state-dir") { words += ["--state-dir", "\(folder)/state"] }
    let said = try await Night.run(words, folder: folder, on: loop, within: .seconds(60))
    #expect(said.code == input.code, "\(said.output) \(said.errors)")
    #expect((said.output + said.errors).contains(input.says), "\(said.output) \(said.errors)")
    #expect(try RunCatalogue("\(folder)/state").runs().isEmpty)
  }
}
