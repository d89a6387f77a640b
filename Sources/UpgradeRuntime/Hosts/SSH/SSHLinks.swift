// The connections of one run, one a host, and the private directory of their sockets.

package import SystemIO
import UpgradeCore

/// Makes a connection to a host when it is first needed, and ends all of them.
package actor SSHLinks {
  private nonisolated let loop: EventLoop
  private var login: SSHLogin
  /// Who answers when ssh asks; nil: nobody is there.
  private nonisolated let desk: AccessDesk?
  /// What ssh starts to ask; nil: this very program.
  private nonisolated let helper: String?
  private var listening: Task<Void, Never>?
  private var links: [String: SSHLink] = [:]
  /// Made with the first connection.
  private var folder: String?

  package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  package init(_ login: SSHLogin, desk: AccessDesk? = nil, helper: String? = nil, on loop: EventLoop) {
    self.helper = helper
    self.login = login
    self.desk = desk
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
      if let desk {
        let socket = "\(made)/ask"
        listening = try Askpass.listen(at: socket, for: desk, on: loop)
        let program = if let helper { helper } else { try Files.readLink("/proc/self/exe") }
        login.askpass = SSHLogin.Helper(program: program, socket: socket)
      }
      return made
    } catch {
      throw SSHFailure(.other, host, "a directory for the sockets of ssh could not be made: \(error)")
    }
  }

  /// What was not reached is tried anew.
  package func forgetFailures() async {
    for link in links.values { await link.forgetFailure() }
  }

  /// Ends all connections; what was begun on hosts goes on.
  package func close() async {
    desk?.close()
    let all = Array(links.values)
    links = [:]
    await withTaskGroup(of: Void.self) { group in
      for link in all { group.addTask { await link.close() } }
    }
    listening?.cancel()
    await listening?.value
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
