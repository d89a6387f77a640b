// `supervisorctl`: the services of the local node.

import SystemIO

extension Simulator {
  struct Supervisorctl {
    let call: Call

    init(_ call: Call) { self.call = call }

    func run() async throws(Refusal) {
      let words = call.words
      switch (words.first, words.dropFirst().first) {
      case ("status", _):
        guard try await Refusal.real({ () throws(LabError) in try status() }) else { throw Refusal("", code: 3) }
      case ("stop", "all"): try await Refusal.real { () throws(LabError) in try await stop() }
      case ("start", "all"): try await Refusal.real { () throws(LabError) in try await start() }
      case ("restart", "all"):
        try await Refusal.real { () throws(LabError) in
          try await stop()
          try await start()
        }
      case ("restart", let name?) where Services.all.contains(name):
        try await Refusal.real { () throws(LabError) in
          try await call.store.change { cluster in
            cluster.change(node: call.node) { node in
              let failing = Services.failing(on: node)
              node.failedServices.removeAll { $0 == name && !failing.contains(name) }
            }
          }
        }
        call.say(["\(name): stopped", "\(name): started"])
      default: throw Refusal("supervisorctl status | start all | stop all | restart all|NAME", code: 2)
      }
    }

    private func stop() async throws(LabError) {
      try await NodeServices(call.store, node: call.node).stop()
      call.say(Services.all.map { "\($0): stopped" })
    }

    private func start() async throws(LabError) {
      try await NodeServices(call.store, node: call.node).start()
      try await call.store.change { cluster in
        cluster.change(node: call.node) { $0.failedServices = Services.failing(on: $0) }
      }
      call.say(Services.all.map { "\($0): started" })
    }

    /// As supervisor prints it: a name, a state, a remark. Whether all of them run.
    private func status() throws(LabError) -> Bool {
      let cluster = try call.store.read()
      guard let node = cluster.node(call.node) else { return false }
      let seconds = max(0, Int((WallClock.milliseconds - cluster.created) / 1000))
      let uptime = "\(seconds / 3600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
      var isWell = true
      for (place, name) in Set(Services.all + node.failedServices).sorted().enumerated() {
        let state: String
        if !node.isRunning {
          state = "STOPPED   Not started"
        } else if node.failedServices.contains(name) {
          state = "FATAL     Exited too quickly (process log may have details)"
        } else {
          state = "RUNNING   pid \(1100 + place * 7), uptime \(uptime)"
        }
        if !state.hasPrefix("RUNNING") { isWell = false }
        call.say(name + String(repeating: " ", count: max(1, 33 - name.count)) + state)
      }
      return isWell
    }

    private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  }
}
