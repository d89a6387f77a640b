import SystemIO
package import UpgradeCore

/// As whom to log in, gathered from everything that can say it.
package struct Credentials: Equatable, Sendable {
  /// nil: the ACL user `default`.
  package var user: String?
  package var password: Secret?

  package init(user: String? = nil, password: Secret? = nil) {
    self.user = user
    self.password = password
  }

  /// The variable that redis-cli takes its password from.
  package static let variable = "REDISCLI_AUTH"

  /// What the program does first of all, before it has threads or children: no core files, and the password out of
  /// the environment, where every child would inherit it.
  ///
  /// - Returns: the password that `REDISCLI_AUTH` held, and sentences about precautions that this system does not take.
  package static func takePrecautions() -> (password: Secret?, warnings: [String]) {
    var warnings: [String] = []
    var password: Secret?
    do throws(SystemError) {
      try Secrecy.forbidCoreFiles()
    } catch {
      warnings.append("a crash could write a core file that holds passwords: \(error)")
    }
    do throws(SystemError) {
      if let bytes = try Secrecy.takeVariable(variable), !bytes.isEmpty { password = Secret(bytes: bytes) }
    } catch {
      warnings.append("commands that this program starts can read \(variable): \(error)")
    }
    return (password, warnings)
  }

  /// The stronger source first. User: `--user`, the TARGET, the configuration. Password: `--askpass`, `--pass`, the
  /// TARGET, `REDISCLI_AUTH`.
  ///
  /// `ask` puts the question to the operator; ``askOnTerminal(_:)`` unless a screen is up.
  package static func gather(
    _ request: ConnectionRequest, target: Target?, configuredUser: String?, fromEnvironment: Secret?,
    ask: (String) throws(UsageError) -> Secret
  ) throws(UsageError) -> Credentials {
    let user = request.user ?? target?.user ?? configuredUser
    guard request.asksPassword else {
      return Credentials(user: user, password: request.password ?? target?.password ?? fromEnvironment)
    }
    let whose = user.map { " of user \(Quotation.escaped($0))" } ?? ""
    return Credentials(user: user, password: try ask("Password\(whose): "))
  }

  /// Asks on the terminal without echo, whatever standard input and output are.
  package static func askOnTerminal(_ question: String) throws(UsageError) -> Secret {
    let other = "Put the password into REDISCLI_AUTH, which is taken out of the environment at the start."
    let answer: HiddenPrompt.Answer
    do throws(SystemError) {
      answer = try HiddenPrompt.ask(question)
    } catch {
      throw UsageError(.terminal, "\(error)", remedy: other)
    }
    switch answer {
    case .line(let bytes) where bytes.isEmpty:
      throw UsageError(.terminal, "the password is empty", remedy: "Leave --askpass out where there is none.")
    case .line(let bytes):
      return Secret(bytes: bytes)
    case .ended:
      throw UsageError(.terminal, "no password was given", remedy: other)
    case .interrupted:
      throw UsageError(.interrupted, "interrupted at the password", remedy: "Nothing was changed.")
    case .tooLong:
      throw UsageError(
        .terminal, "the password has more than \(HiddenPrompt.longest) bytes",
        remedy: "Give the password alone; something else was pasted.")
    }
  }
}
