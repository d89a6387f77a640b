// A backup of every node before anything is touched: BGSAVE awaited, the file kept, its header read.

import Synchronization
import SystemIO
import UpgradeCore

/// One node's backup.
struct Backup {
  let performer: Performer
  let node: NodeID

  struct Kept {
    /// Format, size and place.
    var sentence: String
    /// Where the file is on the node's host, for whoever tries it there; nil where it is not reached.
    var path: String?
    var save: Save
  }
  /// A save, and what the server held around its fork; nil where that could not be read.
  struct Save {
    var before: Keyspace?
    var after: Keyspace?
    var milliseconds: Int
    /// `used_memory`, bytes.
    var used: Int
  }
  struct Problem: Error {
    var text: String
  }

  func run() async -> Result<Kept, Problem> {
    if performer.setup.site.streamsBackups { return await stream() }
    let save: Save
    switch await self.save() {
    case .success(let done): save = done
    case .failure(let problem): return .failure(problem)
    }
    switch performer.setup.site.reach {
    case .local: return await keep(save)
    case .ssh: return await keepOnHost(save)
    case .manual:
      return .success(
        Kept(sentence: "saved on its own host, where the next save replaces it; not copied from there", save: save))
    }
  }

  /// BGSAVE's own reply proves that the fork has happened, so the first idle reading after it is the end of that save;
  /// `LASTSAVE` alone cannot tell two saves of one second apart.
  private func save() async -> Result<Save, Problem> {
    let address = performer.address(node)
    let client = await performer.fleet.commander(address)
    let before = await keyspace(client)
    let begun = performer.timekeeper.now
    do throws(ClientError) {
      _ = try await client.send(["BGSAVE"], within: .seconds(60))
    } catch {
      return .failure(Problem(text: "\(address): BGSAVE: \(error.sentence)"))
    }
    let after = await keyspace(client)
    while true {
      let readout = await performer.reader.read(address, .pulse, expecting: nil)
      guard let pulse = readout.pulse else {
        return .failure(
          Problem(text: "\(address) could not be read during its save: \(readout.failure?.sentence ?? "")"))
      }
      if !pulse.persistence.backgroundSaveRunning {
        guard pulse.persistence.lastSaveSucceeded else {
          return .failure(
            Problem(text: "\(address): the save failed (rdb_last_bgsave_status:err); its log says why"))
        }
        let took = Int((performer.timekeeper.now - begun) / 1_000_000)
        return .success(Save(before: before, after: after, milliseconds: took, used: pulse.memory.used))
      }
      do throws(CancellationError) {
        try await performer.timekeeper.sleep(for: .milliseconds(20))
      } catch {
        return .failure(Problem(text: "\(address): the wait for its save was cut off"))
      }
    }
  }

  private func keyspace(_ client: Client) async -> Keyspace? {
    do {
      let reply = try await client.send(["INFO"])
      return try reply.text.map { try Keyspace(InfoText($0)) }
    } catch {
      return nil
    }
  }

  /// The finished file is replaced by rename, never written again: a hard link is a copy that costs nothing.
  private func keep(_ save: Save) async -> Result<Kept, Problem> {
    let address = performer.address(node)
    let client = await performer.fleet.commander(address)
    let configuration: [String: String]
    do throws(ClientError) {
      let replies = try await client.pipeline([
        ["CONFIG", "GET", "dir"], ["CONFIG", "GET", "dbfilename"], ["CONFIG", "GET", "cluster-config-file"],
      ])
      configuration = replies.reduce(into: [:]) { result, reply in
        let words = reply.map { $0.text ?? "" }
        if words.count == 2 { result[words[0]] = words[1] }
      }
    } catch {
      return .failure(Problem(text: "\(address): its data directory could not be read: \(error.sentence)"))
    }
    guard let directory = configuration["dir"], let file = configuration["dbfilename"], !file.isEmpty else {
      return .failure(Problem(text: "\(address): CONFIG GET dir, dbfilename gave nothing"))
    }
    let configFile = performer.setup.node(node)?.configFile ?? ""
    let folder = "\(performer.backupFolder)/\(address.host)-\(address.port)"
    do throws(SystemError) {
      let (header, footer, size) = try await performer.blocking { () throws(SystemError) in
        try Files.makeDirectories(folder, mode: 0o700)
        let target = "\(folder)/\(file)"
        _ = try Files.remove(target)
        _ = try Files.hardLinkOrCopy("\(directory)/\(file)", to: target)
        let nodesFile = configuration["cluster-config-file"] ?? Backup.nodesFile(in: configFile)
        let nodesPath = nodesFile.hasPrefix("/") ? nodesFile : "\(directory)/\(nodesFile)"
        for other in [nodesPath, configFile] where !other.isEmpty && Files.exists(other) {
          let name = other.split(separator: "/").last.map(String.init) ?? "file"
          _ = try Files.remove("\(folder)/\(name)")
          try Files.copy(other, to: "\(folder)/\(name)")
        }
        let size = try Files.size(target)
        let footer = try Files.read(target, from: max(0, size - DumpFooter.length), upTo: DumpFooter.length)
        return (try Files.read(target, first: DumpHeader.length), footer, size)
      }
      return judge("\(folder)/\(file)", header, footer, size: size, folder, save)
    } catch {
      return .failure(Problem(text: "\(address): its dump could not be kept: \(error)"))
    }
  }
}

extension Backup {
  /// The file that names a node to its cluster, as its configuration says: redis 6.2 does not tell it by CONFIG GET.
  static func nodesFile(in configFile: String) -> String {
    let text = (try? Files.read(configFile, limit: 1 << 20)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    for line in text.split(whereSeparator: \.isNewline) {
      let words = line.split(whereSeparator: \.isWhitespace)
      guard words.count == 2, words[0].lowercased() == "cluster-config-file" else { continue }
      return words[1].filter { $0 != "\"" }
    }
    return "nodes.conf"
  }
}

extension Backup {
  /// What the server sends to a replica, into the run's folder here.
  private func stream() async -> Result<Kept, Problem> {
    let address = performer.address(node)
    let folder = "\(performer.backupFolder)/\(address.host)-\(address.port)"
    let path = "\(folder)/dump.rdb"
    let used = await performer.reader.read(address, .pulse, expecting: nil).pulse?.memory.used ?? 0
    do throws(SystemError) {
      let free = try await performer.blocking { () throws(SystemError) in
        try Files.makeDirectories(folder, mode: 0o700)
        _ = try Files.remove(path)
        return try Files.freeSpace(folder)
      }
      guard free > Int64(used) else {
        return .failure(
          Problem(
            text: "\(address): \(free >> 20) MB are free for its backup in \(folder), and it holds "
              + "\(used >> 20) MB"))
      }
    } catch {
      return .failure(Problem(text: "\(address): there is no place for its backup: \(error)"))
    }
    let client = await performer.fleet.commander(address)
    let before = await keyspace(client)
    let after = Mutex<Keyspace?>(nil)
    let begun = performer.timekeeper.now
    let stream = DumpStream(settings: performer.fleet.settings, address: address, loop: performer.loop)
    let fetched = await stream.fetch(to: path) {
      let present = await keyspace(client)
      after.withLock { $0 = present }
    }
    let size: Int
    switch fetched {
    case .success(let count): size = count
    case .failure(let problem):
      return .failure(Problem(text: "\(address): its backup over the replication stream: \(problem.text)"))
    }
    let took = Int((performer.timekeeper.now - begun) / 1_000_000)
    let save = Save(before: before, after: after.withLock { $0 }, milliseconds: took, used: used)
    do throws(SystemError) {
      let ends = try await performer.blocking { () throws(SystemError) in
        (
          try Files.read(path, first: DumpHeader.length),
          try Files.read(path, from: max(0, size - DumpFooter.length), upTo: DumpFooter.length)
        )
      }
      return judge(path, ends.0, ends.1, size: size, folder, save)
    } catch {
      return .failure(Problem(text: "\(address): its backup could not be read back: \(error)"))
    }
  }

  /// Takes a kept file for a backup if it begins and ends like one.
  private func judge(
    _ path: String, _ header: [UInt8], _ footer: [UInt8], size: Int, _ folder: String, _ save: Save
  ) -> Result<Kept, Problem> {
    let address = performer.address(node)
    guard let format = DumpHeader(header) else {
      return .failure(Problem(text: "\(address): \(path) does not begin like an RDB file"))
    }
    guard let end = DumpFooter(footer) else {
      return .failure(Problem(text: "\(address): \(path) does not end like an RDB file: it is cut off"))
    }
    let checksum = end.hasChecksum ? "" : ", without a checksum (rdbchecksum no)"
    return .success(
      Kept(sentence: "\(format), \(size) bytes\(checksum), in \(folder)", path: path, save: save))
  }

  /// The same on another host: a link beside the dump, or a copy in our folder there.
  private func keepOnHost(_ save: Save) async -> Result<Kept, Problem> {
    let address = performer.address(node)
    let client = await performer.fleet.commander(address)
    let file: String
    do throws(ClientError) {
      file = try await client.send(["CONFIG", "GET", "dbfilename"]).map { $0.text ?? "" }.last ?? ""
    } catch {
      return .failure(Problem(text: "\(address): CONFIG GET dbfilename: \(error.sentence)"))
    }
    let directory = performer.setup.node(node)?.directory ?? ""
    let run = performer.backupFolder.split(separator: "/").dropLast().last.map(String.init) ?? "run"
    let unkept = Kept(
      sentence: "saved on its own host, where the next save replaces it; it could not be kept there", save: save)
    guard !file.isEmpty, !directory.isEmpty, let shell = performer.shell else { return .success(unkept) }
    let script = SupervisorScript.keep(file, in: directory, run: run, port: address.port)
    let talk = await shell.talk(script, on: node, within: .seconds(1800))
    guard let kept = talk?.said.first(where: { $0.first == "kept" }), kept.count > 2, let size = Int(kept[1]) else {
      var unkept = unkept
      let why = talk?.said.first { $0.first == "failed" }?.dropFirst().joined(separator: " ")
      unkept.sentence += " (\(why ?? talk?.complaints.last ?? "its host was not reached"))"
      return .success(unkept)
    }
    let path = kept.dropFirst(2).joined(separator: " ")
    let word = ShellQuoting.word(path)
    let look = "head -c \(DumpHeader.length) \(word); tail -c \(DumpFooter.length) \(word)"
    guard let answer = await shell.ask(look, on: node, within: .seconds(30)), answer.code == 0 else {
      return .failure(Problem(text: "\(address): \(path) was kept on its host, and cannot be read there"))
    }
    return judge(path, answer.output, Array(answer.output.suffix(DumpFooter.length)), size: size, path, save)
  }
}

extension Performer {
  /// All nodes at once; those of one host wait for each other only in the kernel. Then each is tried.
  func backUp(_ nodes: [NodeID]) async -> Outcome {
    let results = setup.site.streamsBackups ? await inTurn(nodes) : await allAtOnce(nodes)
    var kept: [NodeID: Backup.Kept] = [:]
    var evidence: [String: String] = [:]
    var problems: [String] = []
    for node in nodes {
      switch results[node] {
      case .success(let one): kept[node] = one
      case .failure(let problem): problems.append(problem.text)
      case nil: if problems.isEmpty { problems.append("\(address(node)): nothing was done") }
      }
    }
    // Where one node cannot be backed up at all, nobody waits for the trials of the others.
    let trials = problems.isEmpty ? await tryOut(kept) : [:]
    for node in nodes {
      guard let one = kept[node] else { continue }
      var sentence = one.sentence
      if let trial = trials[node] {
        let account = trial.account(of: setup.to, before: one.save.before, after: one.save.after)
        if !account.said.isEmpty { sentence += "; " + account.said }
        if let problem = account.problem { problems.append("\(address(node)): \(problem)") }
        if let load = trial.loadMilliseconds, account.problem == nil {
          evidence["\(address(node)) \(Facts.timesWord)"] =
            MeasuredTimes(save: one.save.milliseconds, load: load).text
        }
      }
      evidence[address(node).description] = sentence
    }
    guard problems.isEmpty else { return Outcome(.failed, problems.joined(separator: "; "), evidence: evidence) }
    let tried = nodes.compactMap { node in trials[node].map { (name: "\(address(node))", trial: $0) } }
    return Outcome(.done, tried.isEmpty ? "" : Trial.summary(tried, of: setup.to), evidence: evidence)
  }

  private func allAtOnce(_ nodes: [NodeID]) async -> [NodeID: Result<Backup.Kept, Backup.Problem>] {
    await withTaskGroup(of: (NodeID, Result<Backup.Kept, Backup.Problem>).self) { group in
      for node in nodes { group.addTask { (node, await Backup(performer: self, node: node).run()) } }
      var all: [NodeID: Result<Backup.Kept, Backup.Problem>] = [:]
      for await (node, result) in group { all[node] = result }
      return all
    }
  }

  /// What goes over the network: one after the other, to the first that fails.
  private func inTurn(_ nodes: [NodeID]) async -> [NodeID: Result<Backup.Kept, Backup.Problem>] {
    var all: [NodeID: Result<Backup.Kept, Backup.Problem>] = [:]
    for node in nodes {
      let result = await Backup(performer: self, node: node).run()
      all[node] = result
      if case .failure = result { break }
    }
    return all
  }

  /// The wanted version with each node's configuration and backup: hosts together, the nodes of one host in turn.
  private func tryOut(_ kept: [NodeID: Backup.Kept]) async -> [NodeID: Trial] {
    guard setup.site.has(.program), let shell else { return [:] }
    return await withTaskGroup(of: [NodeID: Trial].self) { group in
      for host in setup.hosts {
        let nodes = setup.nodes(on: host)
        group.addTask {
          var trials: [NodeID: Trial] = [:]
          for id in nodes {
            guard let one = kept[id], let node = setup.node(id) else { continue }
            let numbers = Set(one.save.before?.databases.keys.map(\.self) ?? [])
              .union(one.save.after?.databases.keys.map(\.self) ?? [])
            guard
              let request = TrialRequest(
                node, setup.site, dump: setup.site.reach == .local || !setup.site.streamsBackups ? one.path : nil,
                used: one.save.used, countsDatabases: numbers.count > 1)
            else { continue }
            trials[id] = await shell.tryOut(request, on: id)
          }
          return trials
        }
      }
      var all: [NodeID: Trial] = [:]
      for await trials in group { all.merge(trials) { $1 } }
      return all
    }
  }

  /// Data files that the old version cannot read are moved beside the directory, never deleted.
  func setAside(_ node: NodeID) async -> Outcome {
    guard let directory = setup.node(node)?.directory, !directory.isEmpty else {
      return Outcome(.failed, "its data directory is not known")
    }
    let suffix = ".set-aside-\(timekeeper.wallClock / 1000)"
    do throws(HostFailure) {
      let moved = try await host.setAside(in: directory, suffix: suffix, on: node)
      return Outcome(.done, evidence: ["moved": moved.joined(separator: " "), "suffix": suffix])
    } catch {
      return Outcome(.failed, "its data files could not be moved aside: \(error)")
    }
  }
}
