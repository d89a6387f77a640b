// The helper that ssh starts to ask for something, and the socket on which the wizard hears it.

package import SystemIO
package import UpgradeCore

/// Both ends of the way from ssh to the desk: `SSH_ASKPASS` names this very program, which finds the wizard's socket in
/// its environment. A request is the kind, a line feed, the text and a zero byte; a reply is a one and the answer, or
/// nothing.
package enum Askpass {
  /// Names the socket to the helper, and makes this program the helper.
  package static let variable = "REDIS_UPGRADE_ASKPASS"
  /// What ssh says of the kind of its question (ssh-askpass of OpenSSH 8.4 and later: `confirm`, `none`).
  package static let hint = "SSH_ASKPASS_PROMPT"

  private static let longest = 16 << 10
  /// Less than a connection is waited for.
  private static let patience = Duration.seconds(280)

  /// What is asked, by what ssh says of it.
  package static func kind(of text: String, hint: String?) -> AccessQuestion.Kind {
    if hint == "none" { return .notice }
    // sshconnect.c, check_host_key and confirm.
    let asksForTrust = text.contains("(yes/no") || text.hasPrefix("Please type 'yes'")
    return hint == "confirm" || asksForTrust ? .hostKey : .secret
  }

  // MARK: - The helper

  /// Puts a question to the wizard; nil where it is refused, or nobody is there.
  package static func ask(
    _ text: String, hint: String?, at socket: String, on loop: EventLoop
  ) async -> HiddenText? {
    guard let connection = try? await Connection.connect(to: .unix(path: socket), on: loop, within: .seconds(5)) else {
      return nil
    }
    defer { connection.close() }
    let request = "\(kind(of: text, hint: hint).rawValue)\n\(text)".filter { $0 != "\0" }
    guard (try? await connection.write(Array(request.utf8.prefix(longest - 1)) + [0])) != nil else { return nil }
    var reply: [UInt8] = []
    reply.reserveCapacity(HiddenText.longest + 2)
    while let count = try? await connection.read(upTo: HiddenText.longest, appendingTo: &reply), count > 0 {}
    guard reply.first == 1 else { return nil }
    reply.removeFirst()
    return HiddenText(taking: &reply)
  }

  // MARK: - The wizard's side

  /// Listens for helpers until the task is cancelled; only this user's are heard.
  static func listen(at path: String, for desk: AccessDesk, on loop: EventLoop) throws(SystemError) -> Task<Void, Never>
  {
    let listener = try Listener.listen(on: .unix(path: path), loop: loop)
    return loop.task {
      await withTaskGroup(of: Void.self) { group in
        while !Task.isCancelled, let connection = try? await listener.accept() {
          group.addTask { await serve(connection, desk) }
        }
        group.cancelAll()
      }
      listener.close()
    }
  }

  private static func serve(_ connection: Connection, _ desk: AccessDesk) async {
    defer { connection.close() }
    guard connection.peerUser == Host.effectiveUserID else { return }
    var request: [UInt8] = []
    while request.last != 0 {
      guard request.count < longest,
        let bytes = try? await connection.read(upTo: longest, within: .seconds(5)), !bytes.isEmpty
      else { return }
      request += bytes
    }
    let parts = request.dropLast().split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let kind = AccessQuestion.Kind(rawValue: String(decoding: parts[0], as: UTF8.self)) else {
      return
    }
    guard let answer = await answer(kind, String(decoding: parts[1], as: UTF8.self), desk, connection) else { return }
    var reply: [UInt8] = []
    reply.reserveCapacity(HiddenText.longest + 1)
    reply.append(1)
    var bytes = answer.take()
    reply += bytes
    try? await connection.write(reply, within: .seconds(5))
    Secrecy.erase(&bytes)
    Secrecy.erase(&reply)
  }

  /// The answer; nil where it was refused, or ssh does not wait for it any more.
  private static func answer(
    _ kind: AccessQuestion.Kind, _ text: String, _ desk: AccessDesk, _ connection: Connection
  ) async -> HiddenText? {
    await withTaskGroup(of: HiddenText?.self) { group in
      group.addTask { await desk.ask(kind, text) }
      group.addTask {
        _ = try? await connection.read(upTo: 1, within: patience)
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
  }
}
