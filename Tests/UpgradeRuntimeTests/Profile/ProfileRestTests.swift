// What a profile says of the REST API, and how its secrets come from where they are and go nowhere else.
import SystemIO
import Testing
import UpgradeCore
import UpgradeRuntime

@Suite struct ProfileRestTests {
  private static func rest(_ text: String, file: String = "site.yaml") throws(UsageError) -> Profile.Rest? {
    try Profile(yaml: Array("software: {start: x}\n\(text)".utf8), file: file).rest
  }

  @Test func whatIsWrittenIsRead() throws {
    #expect(try Self.rest("") == nil)
    let pinned = try #require(
      try Self.rest(
        """
        rest:
          user: admin@cluster.local
          password_file: secrets/rest
          certificate: /etc/cluster.pem
        """, file: "/etc/site/site.yaml"))
    #expect(pinned.user == "admin@cluster.local" && pinned.port == 9443)
    // A relative path starts where the profile stands.
    #expect(pinned.password == .file("/etc/site/secrets/rest") && pinned.trust == .certificate("/etc/cluster.pem"))
    let other = try #require(try Self.rest("rest: {user: u, password_env: RS_PASSWORD, ca: ca.pem, port: 9444}\n"))
    #expect(other.password == .variable("RS_PASSWORD") && other.trust == .authorities("ca.pem") && other.port == 9444)
  }

  @Test(arguments: [
    (
      "rest: yes\n",
      "2: rest is text, not a group of keys. Write `key: value` lines; the keys are user, password_file, password_env, "
        + "certificate, ca and port."
    ),
    (
      "rest: {user: u, password: hunter2}\n",
      "2: rest has a password in the profile itself. Take it out; write `password_file: FILE`, or `password_env: NAME` "
        + "for a variable of the environment."
    ),
    (
      "rest: {password_file: f, ca: c}\n",
      "2: rest has no user. Write `user: NAME`, of a user of the cluster who may look at all of it (role "
        + "cluster_viewer)."
    ),
    (
      "rest: {user: \"u:hunter2\", password_file: f, ca: c}\n",
      "2: user holds a colon. Write the name alone; the password is named by password_file or password_env."
    ),
    (
      "rest: {user: u, ca: c}\n",
      "2: rest does not say where the password is. Write `password_file: FILE`, or `password_env: NAME` for a variable "
        + "of the environment."
    ),
    (
      "rest: {user: u, password_file: f, password_env: V, ca: c}\n",
      "2: rest has both password_file and password_env. Take one of them out."
    ),
    (
      "rest: {user: u, password_env: \"hunter2!\", ca: c}\n",
      "2: password_env is not the name of a variable. Write the name alone, without $ and without a value."
    ),
    (
      "rest: {user: u, password_env: 2hunter, ca: c}\n",
      "2: password_env is not the name of a variable. Write the name alone, without $ and without a value."
    ),
    (
      "rest: {user: u, password_file: f}\n",
      "2: rest does not say whom to trust. Write `certificate: FILE` for the cluster's own, or `ca: FILE` for those who "
        + "signed it."
    ),
    (
      "rest: {user: u, password_file: f, certificate: a, ca: b}\n",
      "2: rest has both certificate and ca. Take one out: a certificate that is given is trusted alone."
    ),
    (
      "rest: {user: u, password_file: f, ca: c, port: 0}\n",
      "2: port is \"0\". Write a whole number of a TCP port from 1 to 65535."
    ),
    (
      "rest: {user: u, password_file: f, cert: c}\n",
      "2: rest has no key \"cert\". Its keys are user, password_file, password_env, certificate, ca and port; the nearest "
        + "is certificate."
    ),
  ])
  func whatIsWrong(_ text: String, _ words: String) {
    let said = sentence { () throws(UsageError) in _ = try Self.rest(text) }
    #expect(said == "site.yaml:\(words)")
    #expect(!said.contains("hunter2"))
  }

  // MARK: - Secrets

  private static func withFiles(_ body: (String) async throws -> Void) async throws {
    let folder = "\(Host.environment["TMPDIR"] ?? "/tmp")/rest-\(WallClock.milliseconds)-\(Int.random(in: 0..<1 << 40))"
    try Files.makeDirectories(folder)
    do {
      try await body(folder)
    } catch {
      try? Files.removeTree(folder)
      throw error
    }
    try Files.removeTree(folder)
  }

  private static func certificate(in folder: String) async throws -> String {
    let loop = try EventLoop(name: "rest-test")
    defer { loop.stop() }
    let made = try await ChildProcess.run(
      ChildCommand(
        "openssl",
        ["req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-subj", "/CN=a"]
          + ["-keyout", "\(folder)/key", "-out", "\(folder)/certificate"]), on: loop, within: .seconds(20))
    try #require(made.status == .exited(0), "\(made.text)")
    return "\(folder)/certificate"
  }

  @Test func thePasswordComesFromItsFile() async throws {
    try await Self.withFiles { folder in
      let certificate = try await Self.certificate(in: folder)
      let file = "\(folder)/password"
      func load() -> String {
        sentence { () throws(UsageError) in
          let access = try RestAccess(
            Profile.Rest(user: "u", password: .file(file), trust: .certificate(certificate)))
          var dumped = ""
          dump(access, to: &dumped)
          throw UsageError(.interrupted, "\(access) \(String(reflecting: access)) \(dumped)", remedy: "")
        }
      }
      #expect(load().contains("no such file"))
      for (text, words) in [
        ("", "password_file \(file) is empty"), ("\n", "password_file \(file) is empty"),
        ("hunter2\nand more\n", "password_file \(file) holds a control character, or more than one line"),
      ] {
        try Files.writeAtomically(file, Array(text.utf8))
        #expect(load().hasPrefix(words + ". "), "\(load())")
      }
      try Files.writeAtomically(file, Array("hunter2\n".utf8))
      let said = load()
      #expect(said.contains("login of rest") && !said.contains("hunter2"), "\(said)")
      try Files.setPermissions(file, 0o644)
      #expect(load().hasPrefix("every user of this machine can get at password_file \(file). "))
    }
  }

  // In a process of its own: the environment of this one belongs to all tests.
  @Test func aVariableIsTakenOutOfTheEnvironment() async {
    await #expect(processExitsWith: .success) {
      let rest = Profile.Rest(
        user: "u", password: .variable("HOME"), trust: .authorities("/etc/ssl/certs/ca-certificates.crt"))
      #expect(Host.environment["HOME"] != nil)
      _ = try RestAccess(rest)
      #expect(Host.environment["HOME"] == nil)
      let missing = sentence { () throws(UsageError) in _ = try RestAccess(rest) }
      #expect(
        missing
          == "the variable HOME of password_env is not set. Export it before the start, or give the password in a "
          + "file, with password_file.")
    }
  }

  @Test func aCertificateThatIsNone() async throws {
    try await Self.withFiles { folder in
      try Files.writeAtomically("\(folder)/password", Array("p\n".utf8))
      for trust in [Profile.Rest.Trust.certificate("\(folder)/password"), .authorities("\(folder)/password")] {
        let said = sentence { () throws(UsageError) in
          _ = try RestAccess(Profile.Rest(user: "u", password: .file("\(folder)/password"), trust: trust))
        }
        #expect(said.contains("\(folder)/password holds no PEM text of"), "\(said)")
        #expect(!said.contains("--cacert"))
      }
    }
  }
}
