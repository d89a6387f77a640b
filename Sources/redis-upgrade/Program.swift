// What every subcommand needs: the environment, the configuration, the event loop, and who we are.

import SystemIO
import UpgradeCore
import UpgradeRuntime
import WizardUI

/// One call of the program.
struct Program: Sendable {
  static let version = "0.1"

  let environment: [String: String]
  let configuration: Configuration
  /// What the keys of the screen mean.
  let keys: KeyTable
  let loop: EventLoop
  /// What `REDISCLI_AUTH` held.
  private let password: Secret?

  init(password: Secret?) throws(UsageError) {
    self.password = password
    environment = Host.environment
    configuration = try Configuration.load(environment)
    keys = try KeyTable(configuration.keys)
    do throws(SystemError) {
      try Signals.prepareProcess()
      // Read by whoever shows something; blocked before the first thread starts, so that all threads have it so.
      try Signals.block(TerminalLoop.signals)
      loop = try EventLoop(name: "loop")
    } catch {
      throw UsageError(.environment, "this process cannot be set up: \(error)", remedy: "Try again.")
    }
  }

  var identity: WizardIdentity {
    WizardIdentity(
      host: Host.name, user: Host.userName, processID: Int(Host.processID), version: Program.version)
  }

  /// Runs asynchronous work from the synchronous `main`; nil only where the system refuses.
  func wait<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value? {
    try? loop.runAndWait(body)
  }

  func settings(_ running: RunningRequest, _ stateDirectory: String?) throws(UsageError) -> Settings {
    try Settings(
      running: running, stateDirectory: stateDirectory, configuration: configuration, environment: environment)
  }

  func answers(_ running: RunningRequest) throws(UsageError) -> Answers {
    var file: [GivenAnswer] = []
    if let path = running.answersFile, let bytes = try InputFile.read(path) {
      file = try Answers.file(yaml: bytes, file: path)
    }
    return try Answers(file: file, flags: running.answers)
  }

  func credentials(_ request: ConnectionRequest, _ target: Target?) throws(UsageError) -> Credentials {
    try Credentials.gather(
      request, target: target, configuredUser: configuration.user, fromEnvironment: password
    ) { question throws(UsageError) in try Credentials.askOnTerminal(question) }
  }

  /// How connections are encrypted; nil where they are plain.
  func encryption(_ request: EncryptionRequest, _ security: Target.Security) throws(UsageError) -> TLSContext? {
    try encryption(request, security, configuration.encryption)
  }

  /// The same for a run that is gone on with: what it was begun with stands, but for what is said now.
  func encryption(_ request: EncryptionRequest, of setup: Setup?) throws(UsageError) -> TLSContext? {
    guard let setup else { return try encryption(request, .unsaid) }
    return try encryption(request, setup.encryption == nil ? .plain : .encrypted, EncryptionRequest(setup.encryption))
  }

  private func encryption(
    _ request: EncryptionRequest, _ security: Target.Security, _ configured: EncryptionRequest
  ) throws(UsageError) -> TLSContext? {
    let settings = try Encryption.settings(request, security: security, configured: configured)
    guard let settings else { return nil }
    return try Encryption.context(settings) { question throws(UsageError) in
      try Encryption.askOnTerminal(question)
    }
  }

  func connection(
    _ credentials: Credentials, _ tls: TLSContext?, _ way: Way = Way(), _ sentinels: SentinelDoor? = nil, run: String
  ) -> ConnectionSettings {
    ConnectionSettings(
      user: credentials.user, password: credentials.password, name: WizardName(host: Host.name, run: run), tls: tls,
      way: way, sentinels: sentinels)
  }

  /// How servers are reached.
  func way(_ addresses: AddressMap, _ remote: Site.Remote?, _ links: SSHLinks?) -> Way {
    guard let links, let bastion = remote?.bastion else { return Way(addresses: addresses) }
    return Way(addresses: addresses, bastion: Bastion(bastion, links))
  }

  /// The face that was asked for, or the one that this terminal is fit for.
  func face(_ request: FaceRequest) -> UpgradeRuntime.Face {
    request.face
      ?? UpgradeRuntime.Face.usual(
        inputIsTerminal: Terminal.isTerminal(0), outputIsTerminal: Terminal.isTerminal(1), term: environment["TERM"])
  }
}

extension Target {
  /// The addresses to begin with; a Unix socket is an address whose host is its path.
  var seeds: [Address] {
    switch place {
    case .seeds(let addresses), .enterprise(let addresses), .sentinel(let addresses, _): addresses
    case .unixSocket(let path): [Address(host: path, port: 0)]
    }
  }
}
