// Commands on the nodes' own hosts, over ssh: each under a supervisor there that outlives the link and the wizard.

package import SystemIO
package import UpgradeCore

/// Starts commands on hosts, follows them, and finds them again after a dropped link or a restart of the wizard.
///
/// What happened there is known by the files on the host (`SupervisorScript`). The files here (`HoldFiles`) say what was
/// sent to which host, and keep the output: a `.job` without a `.status` is a command whose end is not known yet.
package struct RemoteHost: HostRunner {
  private let loop: EventLoop
  private let links: SSHLinks
  /// The run's `output` folder.
  private let folder: String
  /// The run's id, which names its files on hosts.
  private let run: String
  private let hosts: [NodeID: String]
  package let keyboards = Keyboards(absent: "The command is not followed on its host yet.")

  package init(loop: EventLoop, links: SSHLinks, folder: String, run: String, hosts: [NodeID: String]) {
    self.loop = loop
    self.links = links
    self.folder = folder
    self.run = run
    self.hosts = hosts
  }

  package func run(_ job: HostJob, output: @escaping @Sendable ([UInt8]) -> Void) async -> HostResult {
    let files = HoldFiles(folder: folder, job.id)
    guard let host = hosts[job.node] else {
      return HostResult(.refused("which host \(job.node) is on is not known"), files)
    }
    let link: SSHLink
    let script: SupervisorScript
    do throws(SSHFailure) {
      link = try await links.link(host)
      script = .hold(hold(files), job.text, try await link.open())
    } catch {
      return HostResult(.refused(error.description), files)
    }
    do throws(SystemError) {
      guard try files.claim("\(host)\n\(job.text)") else { return await reattach(job, output: output) }
    } catch {
      return HostResult(.refused("it could not be noted here: \(error)"), files)
    }
    return await Following(job, files, host, link, hold(files), keyboards, output, loop).run(script)
  }

  package func reattach(_ job: HostJob, output: @escaping @Sendable ([UInt8]) -> Void) async -> HostResult {
    let files = HoldFiles(folder: folder, job.id)
    do throws(SystemError) {
      // The slot is taken: it was never sent to its host, and cannot be any more.
      if try files.claim(HoldFiles.never) { return HostResult(.neverStarted, files) }
      if try Files.read(files.job, limit: 1 << 20) == Array(HoldFiles.never.utf8) {
        return HostResult(.neverStarted, files)
      }
    } catch {
      return HostResult(.unknown("what became of it could not be read: \(error)"), files)
    }
    if let ending = files.ending() { return HostResult(ending, files) }
    let host = sentTo(files) ?? hosts[job.node] ?? ""
    do throws(SSHFailure) {
      let link = try await links.link(host)
      return await Following(job, files, host, link, hold(files), keyboards, output, loop).run(nil)
    } catch {
      return HostResult(.unknown("what became of it cannot be told: \(error)"), files)
    }
  }

  package func commandAtWork() async -> String? {
    do throws(SystemError) {
      for file in try Files.list(folder) where file.hasSuffix(".job") {
        let files = HoldFiles(folder: folder, name: String(file.dropLast(".job".count)))
        guard files.ending() == nil, let host = sentTo(files) else { continue }
        if let word = await atWork(files, host) { return word }
      }
      return nil
    } catch {
      return "which ones cannot be told: \(error)"
    }
  }

  package func isAlive(_ pid: Int, on node: NodeID) async -> Bool {
    guard let host = hosts[node] else { return false }
    do throws(SSHFailure) {
      let link = try await links.link(host)
      _ = try await link.open()
      return try await link.talk(.processLives(pid), within: .seconds(10)).says("yes")
    } catch {
      return false
    }
  }

  package func setAside(
    in directory: String, suffix: String, on node: NodeID
  ) async throws(HostFailure) -> [String] {
    let talk: SSHTalk
    do throws(SSHFailure) {
      let link = try await links.link(hosts[node] ?? "")
      _ = try await link.open()
      talk = try await link.talk(.setAside(in: directory, suffix: suffix), within: .seconds(20))
    } catch {
      throw HostFailure(error.description)
    }
    let moved = talk.said.filter { $0.first == "moved" }.map { $0.dropFirst().joined(separator: " ") }
    guard talk.says("done") else {
      let last = talk.complaints.last(where: { !$0.isEmpty }) ?? "the link was lost"
      throw HostFailure("\(last); moved so far: \(moved.isEmpty ? "nothing" : moved.joined(separator: " "))")
    }
    return moved
  }

  package func read(
    _ path: String, from offset: Int, upTo count: Int, on node: NodeID
  ) async -> (bytes: [UInt8], length: Int)? {
    guard let host = hosts[node] else { return nil }
    let gathered = Gathered()
    do throws(SSHFailure) {
      let link = try await links.link(host)
      _ = try await link.open(until: loop.now + .seconds(3))
      let script = SupervisorScript.end(of: path, from: offset, upTo: count)
      let talk = try await link.talk(script, within: .seconds(3)) { gathered.take($0) }
      let length = talk.said.first { $0.first == "length" }?.dropFirst().first.flatMap { Int($0) }
      guard talk.says("whole"), let length else { return nil }
      return (gathered.bytes, length)
    } catch {
      return nil
    }
  }

  /// Only hosts that the run has sent commands to, and only what lies there under its own name.
  package func tidyUp() async {
    let names = (try? Files.list(folder)) ?? []
    let sent = names.filter { $0.hasSuffix(".job") }.compactMap {
      sentTo(HoldFiles(folder: folder, name: String($0.dropLast(".job".count))))
    }
    await withTaskGroup(of: Void.self) { group in
      for host in Set(sent) {
        group.addTask {
          guard let link = try? await links.link(host), (try? await link.open()) != nil else { return }
          _ = try? await link.talk(.forget(run), within: .seconds(10))
        }
      }
    }
  }

  private func hold(_ files: HoldFiles) -> SupervisorScript.Hold {
    SupervisorScript.Hold(run: run, name: files.name)
  }

  /// The host that a command was sent to; nil where it was not sent.
  private func sentTo(_ files: HoldFiles) -> String? {
    guard let bytes = try? Files.read(files.job, limit: 1 << 20), bytes != Array(HoldFiles.never.utf8) else {
      return nil
    }
    return String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
  }

  /// What is said of a command whose end is not known here; nil once its host says that it is over.
  private func atWork(_ files: HoldFiles, _ host: String) async -> String? {
    do throws(SSHFailure) {
      let link = try await links.link(host)
      _ = try await link.open()
      let talk = try await link.talk(.look(hold(files)), within: .seconds(30))
      guard let said = talk.said.last else {
        return "whether \(files.name) on \(host) is over cannot be told: \(talk.complaints.last ?? "no answer came")"
      }
      switch said.first {
      case "lives": return "\(files.name) on \(host), held by process \(said.dropFirst().first ?? "") there"
      case "ended":
        let code = said.dropFirst().first.flatMap { Int32($0) } ?? -1
        files.write(HostResult.Kind.exited(code))
      case "never": files.write(HostResult.Kind.neverStarted)
      default: break
      }
      return nil
    } catch {
      return "whether \(files.name) on \(host) is over cannot be told: \(error)"
    }
  }
}
