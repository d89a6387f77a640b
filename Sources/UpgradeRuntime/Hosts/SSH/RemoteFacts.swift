// What is read from hosts over ssh before the start: whether they let us in, memory, room, configuration files.

import Synchronization
import UpgradeCore

extension SSHLinks {
  /// Whether each of these hosts lets us in, and what it has; all at once.
  nonisolated func reach(_ hosts: Set<String>) async -> [String: HostReach] {
    await withTaskGroup(of: (String, HostReach).self) { group in
      for host in hosts {
        group.addTask {
          do throws(SSHFailure) {
            return (host, try await self.link(host).open().reach)
          } catch {
            return (host, .notReached(error.description))
          }
        }
      }
      var all: [String: HostReach] = [:]
      for await (host, reach) in group { all[host] = reach }
      return all
    }
  }

  /// What rules want to know of a host; what cannot be read is left out.
  nonisolated func facts(
    of host: String, directories: [String], programs: [Int: String], configurations: [Int: String]
  ) async -> HostFacts {
    var facts = HostFacts(memoryAvailable: nil, overcommitMemory: nil, freeDisk: [:])
    do throws(SSHFailure) {
      let link = try await link(host)
      facts.reach = try await link.openUnlessFailed().reach
      let script = SupervisorScript.facts(directories, programs: programs, configurations: configurations)
      for said in try await link.talk(script, within: .seconds(10)).said { facts.hear(said) }
    } catch {
      if facts.reach == nil { facts.reach = .notReached(error.description) }
    }
    return facts
  }

  /// What a command that only looks prints on a host.
  nonisolated func ask(_ command: String, on host: String, within bound: Duration) async -> HostAnswer {
    let gathered = Gathered()
    do throws(SSHFailure) {
      let link = try await link(host)
      _ = try await link.open()
      let talk = try await link.talk(.ask(command), within: bound) { gathered.take($0) }
      let code = talk.said.first { $0.first == "ended" }?.dropFirst().first.flatMap { Int32($0) }
      return HostAnswer(code: code, output: gathered.bytes, complaint: talk.complaints.last(where: { !$0.isEmpty }))
    } catch {
      return HostAnswer(code: nil, output: [], complaint: error.description)
    }
  }

  /// A file of a host; nil where it cannot be read whole.
  nonisolated func file(_ path: String, on host: String, limit: Int) async -> [UInt8]? {
    let gathered = Gathered()
    do throws(SSHFailure) {
      let link = try await link(host)
      _ = try await link.openUnlessFailed()
      let talk = try await link.talk(.file(path, limit: limit), within: .seconds(10)) { gathered.take($0) }
      let bytes = gathered.bytes
      return talk.says("whole") && bytes.count <= limit ? bytes : nil
    } catch {
      return nil
    }
  }
}

/// Bytes that arrive in pieces.
final class Gathered: Sendable {
  private let all = Mutex<[UInt8]>([])
  func take(_ bytes: [UInt8]) { all.withLock { $0 += bytes } }
  var bytes: [UInt8] { all.withLock { $0 } }
}
