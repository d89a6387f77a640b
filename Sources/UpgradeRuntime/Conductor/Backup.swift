// A backup of every node before anything is touched: BGSAVE awaited, the file kept, its header read.

import SystemIO
import UpgradeCore

/// One node's backup.
struct Backup {
  let performer: Performer
  let node: NodeID

  struct Kept {
    var sentence: String
  }
  struct Problem: Error {
    var text: String
  }

  func run() async -> Result<Kept, Problem> {
    if let problem = await save() { return .failure(problem) }
    guard performer.setup.site.reach == .local else {
      return .success(Kept(sentence: "saved on its own host, where it is; not copied from there"))
    }
    return await keep()
  }

  /// BGSAVE's own reply proves that the fork has happened, so the first idle reading after it is the end of that save;
  /// `LASTSAVE` alone cannot tell two saves of one second apart.
  private func save() async -> Problem? {
    let address = performer.address(node)
    let client = await performer.fleet.commander(address)
    do throws(ClientError) {
      _ = try await client.send(["BGSAVE"], within: .seconds(60))
    } catch {
      return Problem(text: "\(address): BGSAVE: \(error.sentence)")
    }
    while true {
      let readout = await performer.reader.read(address, .pulse, expecting: nil)
      guard let persistence = readout.pulse?.persistence else {
        return Problem(text: "\(address) could not be read during its save: \(readout.failure?.sentence ?? "")")
      }
      if !persistence.backgroundSaveRunning {
        return persistence.lastSaveSucceeded
          ? nil : Problem(text: "\(address): the save failed (rdb_last_bgsave_status:err); its log says why")
      }
      do throws(CancellationError) {
        try await performer.timekeeper.sleep(for: .milliseconds(20))
      } catch {
        return Problem(text: "\(address): the wait for its save was cut off")
      }
    }
  }

  /// The finished file is replaced by rename, never written again: a hard link is a copy that costs nothing.
  private func keep() async -> Result<Kept, Problem> {
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
      let (header, size) = try await performer.blocking { () throws(SystemError) in
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
        return (try Files.read(target, first: 9), try Files.size(target))
      }
      guard let format = RDBHeader(header) else {
        return .failure(Problem(text: "\(address): \(folder)/\(file) does not begin like an RDB file"))
      }
      return .success(Kept(sentence: "\(format), \(size) bytes, in \(folder)"))
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

/// The first nine bytes of a dump: `REDIS` and four digits, or `VALKEY` and three.
struct RDBHeader: CustomStringConvertible {
  let version: Int
  let description: String

  init?(_ bytes: [UInt8]) {
    let text = String(decoding: bytes.prefix(9), as: UTF8.self)
    guard text.utf8.count == 9, let magic = ["REDIS", "VALKEY"].first(where: text.hasPrefix),
      let version = Int(text.dropFirst(magic.count))
    else { return nil }
    self.version = version
    description = "RDB format \(version)"
  }
}

extension Performer {
  /// All nodes at once; those of one host wait for each other only in the kernel.
  func backUp(_ nodes: [NodeID]) async -> Outcome {
    let results = await withTaskGroup(of: (NodeID, Result<Backup.Kept, Backup.Problem>).self) { group in
      for node in nodes { group.addTask { (node, await Backup(performer: self, node: node).run()) } }
      var all: [NodeID: Result<Backup.Kept, Backup.Problem>] = [:]
      for await (node, result) in group { all[node] = result }
      return all
    }
    var evidence: [String: String] = [:]
    var problems: [String] = []
    for node in nodes {
      switch results[node] {
      case .success(let kept): evidence[address(node).description] = kept.sentence
      case .failure(let problem): problems.append(problem.text)
      case nil: problems.append("\(address(node)): nothing was done")
      }
    }
    guard problems.isEmpty else { return Outcome(.failed, problems.joined(separator: "; "), evidence: evidence) }
    return Outcome(.done, "", evidence: evidence)
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
