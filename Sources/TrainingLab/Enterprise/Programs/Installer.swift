// `install.sh` on a node that has the software already: its checks, its questions, and the upgrade itself.

import SystemIO

extension Simulator {
  struct Installer {
    let call: Call
    let options: InstallerOptions
    private let store: Store

    static func run(_ call: Call) async throws(Refusal) {
      switch InstallerOptions.read(call.words) {
      case .help: call.say(InstallerOptions.help)
      case .wrong(let why): throw Refusal("install.sh: \(why)", code: 2)
      case .install(var options, let file):
        if let file {
          do throws(LabError) {
            options.answers = InstallerOptions.answers(in: try LabFiles.read(file))
          } catch {
            throw Refusal("install.sh: \(error.what)", code: 2)
          }
        }
        let installer = Installer(call: call, options: options, store: call.store)
        do {
          let note = try ProcessNote(in: call.store)
          defer { note.remove() }
          // The lock dies with its holder, so that a run that was killed keeps nobody out.
          let lock = try await LabFiles.lock("\(call.folder)/install.lock", within: .zero, on: call.loop)
          guard let lock else { throw installer.stop(Phrase.otherInstaller()) }
          defer { lock.release() }
          try await installer.upgrade()
        } catch let error as LabError {
          throw Refusal(error)
        } catch {
          // It has been said already.
          throw Refusal("")
        }
      }
    }

    /// What ends it before its end.
    private struct End: Error {}

    // MARK: - The whole

    private func upgrade() async throws {
      let cluster = try store.read()
      guard let node = cluster.node(call.node) else { throw stop(Phrase.notInCluster()) }
      log("!", Phrase.found("\(node.version)", "\(options.version)"))
      guard Bundles.leads(from: node.version, to: options.version) else {
        throw stop(Phrase.unsupportedPath("\(node.version)", "\(options.version)"))
      }
      let isThere = node.version == options.version && node.isRunning && node.failedServices.isEmpty
      if isThere {
        log("!", Phrase.nothingToDo("\(options.version)"))
      } else {
        try await checkHost(node, cluster)
        try await enableUpgradeMode()
        try await checkCluster(node)
        try await replaceSoftware(node)
      }
      log("!", Phrase.complete())
      if try await ask(Phrase.runCheck(), key: "rlcheck") {
        log("$", Phrase.checkCommand(""))
        let checking = Call(store: store, node: call.node, words: [], speech: call.speech)
        _ = Rlcheck(checking).report(try store.read())
      }
      if try store.read().upgradeMode {
        if try await ask(Phrase.disableUpgradeMode(), key: nil) {
          try await store.change { $0.upgradeMode = false }
        } else {
          log("!", Phrase.staysOn())
        }
      }
      log("!", Phrase.login())
      log("!", Phrase.browser())
      log("!", "https://\(node.address):8443")
    }

    // MARK: - Before

    private func checkHost(_ node: Node, _ cluster: Cluster) async throws {
      log("!", Phrase.checking())
      if node.host.busyPorts.contains(53), !options.skipsDNS { throw stop(Phrase.dnsBusy()) }
      let busy = Ports.taken(on: node, by: options.version)
      // Before that build the installer went on (release notes, RS171340).
      if !busy.isEmpty, options.version >= Version(8, 0, 16, build: 29) {
        throw stop(Phrase.portsBusy(busy.map { "\($0.port)" }.joined(separator: ", ")))
      }
      if node.host.hasSwap, !(try await ask(Phrase.swap(), key: "ignore_swap")) { throw stop(Phrase.refused()) }
      let holder = cluster.node(cluster.primary)
      // A node that failed half way was first, whoever leads meanwhile.
      if let holder, holder.id != node.id, node.isRunning, node.failedServices.isEmpty,
        holder.version < options.version,
        !(try await ask(Phrase.primaryFirst("\(holder.id)"), key: "ignore_master_version"))
      {
        throw stop(Phrase.refused())
      }
      if node.has(.unknownPrompt) { try await askWhatNobodyKnows() }
    }

    private func enableUpgradeMode() async throws {
      if try store.read().upgradeMode {
        // Since that build it may be run again after a failure (release notes, RS77319).
        guard options.version >= Version(6, 4, 2, build: 30) else { throw stop(Phrase.refused()) }
        log("!", Phrase.alreadyOn())
      } else if try await ask(Phrase.enableUpgradeMode(), key: nil) {
        try await store.change { $0.upgradeMode = true }
      } else {
        log("!", Phrase.goesOnWithout())
      }
    }

    /// This one question no answer given beforehand answers: `-y` does not even show it.
    private func checkCluster(_ node: Node) async throws {
      guard !options.saysYes else { return }
      for database in try store.read().databases {
        for shard in database.shards where shard.sync == .running {
          guard try await ask(Phrase.syncing("\(shard.id)", "\(database.id)"), key: nil) else {
            if try store.read().upgradeMode { log("!", Phrase.staysOn()) }
            throw stop(Phrase.refused())
          }
        }
      }
    }

    // MARK: - The upgrade itself

    private func replaceSoftware(_ node: Node) async throws {
      let pace = try store.read().installSeconds
      let services = NodeServices(store, node: node.id)
      log("$", Phrase.stopping())
      try await services.stop()
      try await rest(pace * 0.1)
      for percent in stride(from: 0, through: 100, by: 20) {
        log("!", Phrase.packages("\(percent)%"))
        try await rest(pace * 0.1)
        if percent == 60, let death = death(on: node) {
          try await store.change { $0.change(node: node.id) { $0.failedServices += death.services } }
          throw stop(death.text)
        }
      }
      let version = options.version
      try await store.change { cluster in
        let old = cluster.oldestVersion ?? version
        cluster.change(node: node.id) {
          $0.version = version
          $0.sha = Node(id: 0, address: "", hostname: "", version: version).sha
        }
        cluster.followDefault(from: old)
      }
      log("$", Phrase.starting())
      try await rest(pace * 0.2)
      guard !node.has(.doesNotComeBack) else { return }
      try await services.start()
      try await store.change { cluster in
        cluster.change(node: node.id) { $0.failedServices = Services.failing(on: $0) }
      }
      for service in try store.read().node(node.id)?.failedServices ?? [] { log("!", Phrase.cannotStart(service)) }
    }

    /// What stops it half way on this node, and the services that do not run any more then; nil where it goes on.
    private func death(on node: Node) -> (text: String, services: [String])? {
      let lacksOpenSSL =
        node.host.family == "rhel" && node.host.semanticVersion.hasPrefix("9")
        && options.version >= Version(8, 0, 16, build: 0) && options.version <= Version(8, 0, 20, build: 68)
        && node.host.openSSL.split(separator: ".").compactMap { Int($0) }.lexicographicallyPrecedes([3, 3])
      if lacksOpenSSL { return (Phrase.opensslDied(), ["cnm_exec", "cnm_http"]) }
      return node.has(.installerDies) ? (Phrase.died(), []) : nil
    }

    private func rest(_ seconds: Double) async throws { try await call.loop.sleep(for: .seconds(seconds)) }

    // MARK: - Words

    /// A line with its time, on the screen and in the log.
    private func log(_ tag: String, _ text: String) {
      let time = RestAPI.time(WallClock.milliseconds)
      let color = ["!": "32", "?": "33", "$": "36"][tag] ?? "0"
      let shown = call.speech.isTerminal ? "\u{1B}[\(color)m[\(tag)]\u{1B}[0m" : "[\(tag)]"
      call.say("\(time) \(shown) \(text)")
      keep("\(time) [\(tag)] \(text)\n")
    }

    private func keep(_ text: String) {
      let path = "\(call.folder)/var/opt/redislabs/log/install.log"
      if let file = try? UnsyncedFile(path) { try? file.append(Array(text.utf8)) }
    }

    private func stop(_ text: String) -> End {
      log("!", text)
      return End()
    }

    /// Asks a question until it is answered yes or no.
    ///
    /// - Parameter key: its name in the file of answers; nil where that cannot answer it.
    private func ask(_ question: String, key: String?) async throws -> Bool {
      if let answer = key.flatMap({ options.answers[$0] }) {
        log("?", "\(question) \(answer ? "Y" : "N")")
        return answer
      }
      if options.saysYes {
        log("?", "\(question) Y")
        return true
      }
      while true {
        switch try await answer(question).lowercased() {
        case "y", "yes": return true
        case "n", "no": return false
        default: continue
        }
      }
    }

    private func askWhatNobodyKnows() async throws {
      while true {
        switch try await answer(Phrase.unknown()).lowercased() {
        case "k", "r": return
        case "a": throw stop(Phrase.refused())
        default: continue
        }
      }
    }

    private func answer(_ question: String) async throws -> String {
      let time = RestAPI.time(WallClock.milliseconds)
      let tag = call.speech.isTerminal ? "\u{1B}[33m[?]\u{1B}[0m" : "[?]"
      call.speech.put("\(time) \(tag) \(question) ")
      guard let line = await call.speech.answer() else {
        call.say("")
        throw stop(Phrase.notAnswered())
      }
      keep("\(time) [?] \(question) \(line)\n")
      return line.filter { !$0.isWhitespace }
    }
  }
}
