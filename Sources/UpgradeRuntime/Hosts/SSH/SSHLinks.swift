// The connections of one run, one a host, and the private directory of their sockets.

package import SystemIO
import UpgradeCore

/// Makes a connection to a host when it is first needed, and ends all of them.
package actor SSHLinks {
  private nonisolated let loop: EventLoop
  private nonisolated let login: SSHLogin
  private var links: [String: SSHLink] = [:]
  /// Made with the first connection.
  private var folder: String?

  package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  package init(_ login: SSHLogin, on loop: EventLoop) {
    self.login = login
    self.loop = loop
  }

  /// The connection to a host, which may have to be opened yet.
  func link(_ host: String) throws(SSHFailure) -> SSHLink {
    if let link = links[host] { return link }
    let place = try folder(for: host)
    let link = SSHLink(to: host, login, control: "\(place)/\(links.count + 1)", on: loop)
    links[host] = link
    return link
  }

  private func folder(for host: String) throws(SSHFailure) -> String {
    if let folder { return folder }
    do throws(SystemError) {
      let made = try PrivateFolder.make()
      folder = made
      return made
    } catch {
      throw SSHFailure(.other, host, "a directory for the sockets of ssh could not be made: \(error)")
    }
  }

  /// Ends all connections; what was begun on hosts goes on.
  package func close() async {
    let all = Array(links.values)
    links = [:]
    await withTaskGroup(of: Void.self) { group in
      for link in all { group.addTask { await link.close() } }
    }
    if let folder { try? Files.removeTree(folder) }
    folder = nil
  }
}

/// A directory of our own for sockets, whose paths may not be long.
enum PrivateFolder {
  private static let prefix = "/tmp/redis-upgrade-ssh-"

  /// Makes one; those of processes that are gone are taken away.
  static func make() throws(SystemError) -> String {
    sweep()
    return try Files.makeTemporaryDirectory("\(prefix)\(Host.processID)-")
  }

  private static func sweep() {
    for name in (try? Files.list("/tmp")) ?? [] {
      let path = "/tmp/\(name)"
      guard path.hasPrefix(prefix), let number = path.dropFirst(prefix.count).split(separator: "-").first,
        let pid = Int32(number), (try? ProcessIdentity(of: pid)) == nil,
        let facts = try? Files.facts(path, followingLinks: false), facts.kind == .directory,
        facts.owner == Host.effectiveUserID
      else { continue }
      try? Files.removeTree(path)
    }
  }
}
