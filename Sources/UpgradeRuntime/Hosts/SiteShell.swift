// Commands that only look, on the hosts of a site: here, or by ssh.

package import SystemIO
package import UpgradeCore

/// Runs what changes nothing and ends by itself; it needs no holder.
package struct SiteShell: Sendable {
  let reach: Site.Reach
  let links: SSHLinks?
  /// What ssh calls the host of each node.
  var hosts: [NodeID: String] = [:]
  let loop: EventLoop

  init(reach: Site.Reach, links: SSHLinks?, hosts: [NodeID: String] = [:], loop: EventLoop) {
    self.reach = reach
    self.links = links
    self.hosts = hosts
    self.loop = loop
  }

  /// For the hosts of a run.
  package init(_ site: Site, links: SSHLinks?, loop: EventLoop) {
    self.init(reach: site.reach, links: links, hosts: site.remote?.hosts ?? [:], loop: loop)
  }

  /// nil where no host is reached, or the command did not come to its end within the bound.
  func ask(_ command: String, on node: NodeID, within bound: Duration) async -> HostAnswer? {
    await ask(command, onHost: hosts[node] ?? "", within: bound)
  }

  func ask(_ command: String, onHost host: String, within bound: Duration) async -> HostAnswer? {
    switch reach {
    case .manual: return nil
    case .ssh: return host.isEmpty ? nil : await links?.ask(command, on: host, within: bound)
    case .local:
      do throws(SystemError) {
        let outcome = try await ChildProcess.run(.shell(command), on: loop, within: bound)
        guard case .exited(let code) = outcome.status else { return nil }
        let complaint = OutputTail.lines(of: outcome.errorOutput).last { !$0.isEmpty }
        return HostAnswer(code: code, output: outcome.output, complaint: complaint)
      } catch {
        return HostAnswer(code: nil, output: [], complaint: "\(error)")
      }
    }
  }
}
