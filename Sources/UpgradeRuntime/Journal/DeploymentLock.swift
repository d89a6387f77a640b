import SystemIO
package import UpgradeCore

/// One run per deployment: a lock on the run's own file, and a look at the locks of all other runs in the directory.
///
/// Runs collide by the nodes that they share and not by a name of the deployment, because nodes come and go between
/// two runs. A lock goes with its process, also after kill -9. Wizards of other users or hosts are not seen here; they
/// are seen on the servers, by the names of their connections.
package final class DeploymentLock: Sendable {
  /// Who holds a lock, for the sentence that refuses a second one.
  package struct Holder: Hashable, Sendable {
    package let run: String
    package let wizard: WizardIdentity
    package let since: WallTime
    /// The beginnings of the ids of its nodes.
    let nodes: Set<String>

    package init(run: String, wizard: WizardIdentity, since: WallTime, nodes: [NodeID]) {
      self.run = run
      self.wizard = wizard
      self.since = since
      self.nodes = Set(nodes.map(Self.short))
    }

    /// Whether any of these nodes is one of its run's.
    func isOn(_ nodes: Set<NodeID>) -> Bool {
      nodes.contains { self.nodes.contains(Self.short($0)) }
    }

    /// Enough to tell the nodes of one site apart, short enough for the lock of a thousand: names in hexadecimal digits
    /// are cut, others have what they differ in at their end.
    private static func short(_ node: NodeID) -> String {
      node.text.allSatisfy(\.isHexDigit) ? String(node.text.prefix(16)) : node.text
    }

    var content: [UInt8] {
      JSONValue.object([
        "run": run.json, "by": wizard.json, "since": since.text.json, "nodes": nodes.sorted().json,
      ]).bytes + [UInt8(ascii: "\n")]
    }

    init?(content: [UInt8]) {
      guard let json = try? JSONParser.read(content), let run = json["run"]?.string,
        let by = json["by"], let wizard = try? WizardIdentity(json: by),
        let since = json["since"]?.string.flatMap({ WallTime(rfc3339: $0) }),
        let nodes = json["nodes"].flatMap({ try? [String](json: $0) })
      else { return nil }
      self.run = run
      self.wizard = wizard
      self.since = since
      self.nodes = Set(nodes)
    }
  }

  private let file: FileLock

  private init(_ file: FileLock) { self.file = file }

  /// Takes the lock of a run on its deployment, or says who has it.
  package static func take(_ directory: RunDirectory, as holder: Holder) throws(JournalError) -> DeploymentLock {
    let own = try takeOwn(directory, holder)
    // Our own lock is there before the others are looked at: of two that start at once, at most one goes on.
    for other in try RunCatalogue(directory.stateDirectory).runs() where other != directory {
      guard let content = try? Files.read(other.lock, limit: 1 << 16), let theirs = Holder(content: content),
        !theirs.nodes.isDisjoint(with: holder.nodes)
      else { continue }
      // The file outlives its holder; only the lock tells.
      switch try attempt(other.lock, content) {
      case .held(let stale): stale.release()
      case .taken:
        own.release()
        throw refusal(content, "this deployment")
      }
    }
    return DeploymentLock(own)
  }

  /// Somebody who only asks who is at work holds a lock for some microseconds, and is no reason to refuse.
  private static func takeOwn(_ directory: RunDirectory, _ holder: Holder) throws(JournalError) -> FileLock {
    var found: [UInt8] = []
    for _ in 0..<4 {
      switch try attempt(directory.lock, holder.content) {
      case .held(let file): return file
      case .taken(let content): found = content
      }
      _ = try? waitReadable([], within: .milliseconds(25))
    }
    throw refusal(found, "this run")
  }

  /// Lets the next one in. Idempotent.
  package func release() { file.release() }

  /// Who drives a run at this moment; nil where nobody does.
  package static func holder(of directory: RunDirectory) -> Holder? {
    guard let content = try? Files.read(directory.lock, limit: 1 << 16),
      case .taken = try? FileLock.attempt(directory.lock, content: content)
    else { return nil }
    return Holder(content: content)
  }

  private static func attempt(_ path: String, _ content: [UInt8]) throws(JournalError) -> FileLock.Attempt {
    do throws(SystemError) {
      return try FileLock.attempt(path, content: content)
    } catch {
      throw JournalError(
        .unusable, "\(error)", remedy: "Let this user write there; nothing is begun without that lock.")
    }
  }

  private static func refusal(_ content: [UInt8], _ what: String) -> JournalError {
    guard let holder = Holder(content: content) else {
      return JournalError(
        .taken, "another redis-upgrade is at work on \(what)",
        remedy: "Wait for it, or look at `redis-upgrade status`.")
    }
    let wizard = holder.wizard
    return JournalError(
      .taken,
      "\(Quotation.escaped(wizard.user)) on \(Quotation.escaped(wizard.host)) (process \(wizard.processID)) has been "
        + "at work on \(what) since \(holder.since.text), in the run \(Quotation.escaped(holder.run))",
      remedy: "Wait for it, or look on with `redis-upgrade watch \(Quotation.escaped(holder.run))`.")
  }
}
