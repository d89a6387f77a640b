// The simulated programs by name, as the hidden subcommand calls them.

package import SystemIO

extension Simulator {
  /// Runs `PROGRAM NODEFOLDER WORDS...`, and answers the exit code.
  package static func run(_ words: [String], speech: Speech, on loop: EventLoop) async -> Int32 {
    guard words.count >= 2, let id = words[1].split(separator: "/").last.flatMap({ Int($0) }) else {
      speech.put("simulate PROGRAM NODEFOLDER [WORDS]: one of the simulated cluster's programs.\n")
      return 2
    }
    // LAB/nodes/N
    let lab = Files.directory(of: Files.directory(of: words[1]))
    let call = Call(store: Store(folder: lab, on: loop), node: id, words: Array(words.dropFirst(2)), speech: speech)
    do throws(Refusal) {
      switch words[0] {
      case "rladmin": try await Rladmin(call).run()
      case "rlcheck": try Rlcheck(call).run()
      case "supervisorctl": try await Supervisorctl(call).run()
      case "install.sh": try await Installer.run(call)
      case "node", "action": try await serve(words[0], call)
      case "fault": try await setFault(call)
      case "package": try await bring(call)
      default: throw Refusal("There is no program \(words[0]) in the simulator.", code: 2)
      }
      return 0
    } catch {
      if !error.text.isEmpty { call.say(error.text) }
      return error.code
    }
  }

  /// What lives on after whoever started it.
  private static func serve(_ name: String, _ call: Call) async throws(Refusal) {
    do throws(LabError) {
      if name == "action", let id = call.words.first {
        try await DatabaseUpgrade(store: call.store, id: id).run()
      } else {
        try await NodeProcess(call.store, node: call.node).run()
      }
    } catch {
      throw Refusal(error)
    }
  }

  /// `package NODEFOLDER VERSION`: the installers of another version, for all nodes.
  private static func bring(_ call: Call) async throws(Refusal) {
    guard let version = call.words.first.flatMap({ Version($0) }), let program = Host.executable else {
      throw Refusal("simulate package NODEFOLDER VERSION: the installers of a version such as 7.22.0-250.", code: 2)
    }
    try await Refusal.real { () throws(LabError) in
      try await EnterpriseLab(on: call.loop).bring(version, to: call.store.folder, program: program)
    }
  }

  /// `fault NODEFOLDER [NAME [off]]`: without a name, the names and which of them are on.
  private static func setFault(_ call: Call) async throws(Refusal) {
    do throws(LabError) {
      guard let name = call.words.first else {
        let node = try call.store.read().node(call.node)
        for fault in Fault.allCases {
          call.say("\(node?.has(fault) == true ? "on " : "off") \(fault.rawValue): \(fault.meaning)")
        }
        return
      }
      guard let fault = Fault(rawValue: name), call.words.count == 1 || call.words[1] == "off" else {
        throw LabError(
          .badRequest, "There is no fault \(name)",
          remedy: "Known are: \(Fault.allCases.map(\.rawValue).joined(separator: ", ")).")
      }
      try await call.store.change { $0.set(fault, on: call.node, to: call.words.count == 1) }
    } catch {
      throw Refusal(error)
    }
  }
}
