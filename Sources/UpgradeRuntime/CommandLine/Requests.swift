// What each subcommand was asked to do: the typed payloads of an invocation. nil is "not said".
import SystemIO
package import UpgradeCore

/// Which deployment, and how to log in.
package struct ConnectionRequest: Equatable, Sendable {
  package var user: String?
  package var asksPassword = false
  /// From `--pass`; the warning about it has been made.
  package var password: Secret?
  package var encryption: EncryptionRequest

  package init(
    user: String? = nil, asksPassword: Bool = false, password: Secret? = nil,
    encryption: EncryptionRequest = EncryptionRequest()
  ) {
    self.user = user
    self.asksPassword = asksPassword
    self.password = password
    self.encryption = encryption
  }
}

/// What was said about TLS, on the command line or in the configuration.
package struct EncryptionRequest: Equatable, Sendable {
  /// nil: not said.
  package var isWanted: Bool?
  package var authorities: String?
  package var certificate: String?
  package var key: String?
  package var serverName: String?

  package init(
    isWanted: Bool? = nil, authorities: String? = nil, certificate: String? = nil, key: String? = nil,
    serverName: String? = nil
  ) {
    self.isWanted = isWanted
    self.authorities = authorities
    self.certificate = certificate
    self.key = key
    self.serverName = serverName
  }
}

extension EncryptionRequest {
  /// What was settled elsewhere, as if it had been said; nothing where that is nothing.
  package init(_ files: EncryptionFiles?) {
    self.init(
      isWanted: files.map { _ in true }, authorities: files?.authorities, certificate: files?.certificate,
      key: files?.key, serverName: files?.serverName)
  }
}

/// What the operator wants to look at.
package struct FaceRequest: Equatable, Sendable {
  /// nil: the screen where there is one, lines where there is not.
  package var face: Face?
  package var color: ColorChoice?

  package init(face: Face? = nil, color: ColorChoice? = nil) {
    self.face = face
    self.color = color
  }
}

/// How a run is to go about it.
package struct RunningRequest: Equatable, Sendable {
  package var settle: Duration?
  package var backWithin: Duration?
  package var scope: Pace.Scope?
  package var window: WindowRequest?
  package var bake: Duration?
  package var profile: String?
  package var errorBudget: ErrorBudget?
  package var returnPrimaries = false
  package var answersFile: String?
  package var answers: [GivenAnswer] = []

  package init() {}
}

/// `--not-after`: a time of day, or that there is no end.
package enum WindowRequest: Equatable, Sendable {
  case until(hour: Int, minute: Int)
  case none

  /// `02:00`, `2:00`, `none`; nil for anything else.
  package init?(_ text: String) {
    if text == "none" {
      self = .none
      return
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, parts[1].utf8.count == 2, (1...2).contains(parts[0].utf8.count),
      let hour = WholeNumber.read(parts[0]), let minute = WholeNumber.read(parts[1]), (0...23).contains(hour),
      (0...59).contains(minute)
    else { return nil }
    self = .until(hour: hour, minute: minute)
  }

  /// The next time that a clock on the wall shows it.
  package var window: Window {
    switch self {
    case .none: return Window(until: nil, text: "none")
    case .until(let hour, let minute):
      let text = (hour < 10 ? "0" : "") + "\(hour):" + (minute < 10 ? "0" : "") + "\(minute)"
      return Window(until: Int(WallClock.next(hour: hour, minute: minute)), text: text)
    }
  }
}

/// One `--answer NAME=VALUE`, or one line of the answers' file.
package struct GivenAnswer: Equatable, Sendable {
  package var name: String
  package var value: String
  /// Where it stands, if it stands in a file.
  package var place: UsageError.Place?

  package init(name: String, value: String, place: UsageError.Place? = nil) {
    self.name = name
    self.value = value
    self.place = place
  }
}

/// How many client errors end a run.
package enum ErrorBudget: Equatable, Sendable {
  case none
  case count(Int)

  /// Reads `none` or a whole number.
  init?(_ text: String) {
    if text == "none" {
      self = .none
    } else if let count = WholeNumber.read(text) {
      self = .count(count)
    } else {
      return nil
    }
  }

  static let remedy = "Write how many client errors end the run, or none."

  /// As the machine's options keep it: nil is "no budget".
  package var limit: Int? {
    switch self {
    case .none: nil
    case .count(let count): count
    }
  }
}

/// `run`, `check` and `plan`.
package struct UpgradeRequest: Equatable, Sendable {
  package var target: Target
  package var to: WantedRelease
  package var connection: ConnectionRequest
  package var running: RunningRequest
  package var face: FaceRequest
  package var stateDirectory: String?
  /// Not the steps, but what they need to be allowed.
  package var asksPermissions = false

  package init(
    target: Target, to: WantedRelease, connection: ConnectionRequest = ConnectionRequest(),
    running: RunningRequest = RunningRequest(), face: FaceRequest = FaceRequest(), stateDirectory: String? = nil
  ) {
    self.target = target
    self.to = to
    self.connection = connection
    self.running = running
    self.face = face
    self.stateDirectory = stateDirectory
  }
}

/// `notice`.
package enum NoticeRequest: Equatable, Sendable {
  /// The announcement of what would be run; when it begins, milliseconds since 1970, nil where that is not fixed.
  case planned(UpgradeRequest, begin: Int64?)
  /// The message that ends a run.
  case closing(RecordRequest)

  package var planned: UpgradeRequest? {
    if case .planned(let request, _) = self { request } else { nil }
  }
}

/// `watch`.
package struct WatchRequest: Equatable, Sendable {
  package enum Subject: Equatable, Sendable {
    /// A deployment, and the run under way on it where there is one.
    case target(Target)
    /// nil: the newest run that is not finished.
    case run(String?)
  }
  package var subject: Subject
  package var connection: ConnectionRequest
  /// Only for how servers are reached; a run knows that by itself.
  package var profile: String?
  package var face: FaceRequest
  package var stateDirectory: String?

  package init(
    _ subject: Subject, connection: ConnectionRequest = ConnectionRequest(), profile: String? = nil,
    face: FaceRequest = FaceRequest(), stateDirectory: String? = nil
  ) {
    self.subject = subject
    self.connection = connection
    self.profile = profile
    self.face = face
    self.stateDirectory = stateDirectory
  }

  package var target: Target? {
    if case .target(let target) = subject { target } else { nil }
  }
}

/// `status`, `report`, `journal`.
package struct RecordRequest: Equatable, Sendable {
  /// nil: the newest.
  package var run: String?
  package var asMarkdown = false
  package var face: FaceRequest
  package var stateDirectory: String?

  package init(
    run: String? = nil, asMarkdown: Bool = false, face: FaceRequest = FaceRequest(), stateDirectory: String? = nil
  ) {
    self.run = run
    self.asMarkdown = asMarkdown
    self.face = face
    self.stateDirectory = stateDirectory
  }
}

/// `resume` and `cleanup`.
package struct ContinuationRequest: Equatable, Sendable {
  /// nil: the newest that is not finished.
  package var run: String?
  package var connection: ConnectionRequest
  package var running: RunningRequest
  package var face: FaceRequest
  package var stateDirectory: String?

  package init(
    run: String? = nil, connection: ConnectionRequest = ConnectionRequest(),
    running: RunningRequest = RunningRequest(), face: FaceRequest = FaceRequest(), stateDirectory: String? = nil
  ) {
    self.run = run
    self.connection = connection
    self.running = running
    self.face = face
    self.stateDirectory = stateDirectory
  }
}

/// The throw-away servers of `train` and `lab`.
package struct LabServersRequest: Equatable, Sendable {
  package var from: WantedRelease?
  /// Servers that speak TLS and nothing else.
  package var tls = false
  package var directory: String?
  package var port: Int?
  package var keep = false
  package var shape = Shape.cluster

  /// What kind of deployment the servers are.
  package enum Shape: String, Sendable, CaseIterable { case cluster, replication, sentinel, standalone }

  package init() {}
}

/// `train`.
package struct TrainRequest: Equatable, Sendable {
  /// nil: the drill that a beginner starts with.
  package var drill: String?
  package var to: WantedRelease?
  package var servers: LabServersRequest
  package var running: RunningRequest
  package var face: FaceRequest
  package var stateDirectory: String?
}

/// `lab up`, `lab down`, `lab list`, `lab fetch`, `lab write`.
package struct LabRequest: Equatable, Sendable {
  package enum Action: String, Sendable, CaseIterable { case up, down, list, fetch, write }
  package var action: Action
  /// What `fetch` is to have on this machine, in the order of the command line.
  package var releases: [WantedRelease] = []
  /// What `write` writes to; nil is the only lab that runs.
  package var target: Target?
  /// How `write` reaches it.
  package var encryption = EncryptionRequest()
  /// Whether `down` ends every lab of this user.
  package var all = false
  /// What `up enterprise` is to make; nil is a lab of real servers.
  package var enterprise: EnterpriseRequest?
  package var servers: LabServersRequest
  package var face: FaceRequest
}

/// The simulated Redis Enterprise Software cluster of `lab up enterprise`; its versions have builds (`7.2.4-92`).
package struct EnterpriseRequest: Equatable, Sendable {
  package var to: WantedRelease?
  package var nodes: Int?

  package init() {}
}

/// `explain`.
package struct ExplainRequest: Equatable, Sendable {
  package var topic: Topic
  package var asMarkdown = false
  package var face: FaceRequest
}

/// The start screen.
package struct StartRequest: Equatable, Sendable {
  package var connection: ConnectionRequest
  package var profile: String?
  package var face: FaceRequest
  package var stateDirectory: String?
}
