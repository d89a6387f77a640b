// Reads its signals from a descriptor, as the screen does, and says each.

import Glibc
import SystemIO

enum SignalReader {
  /// Says each signal and the terminal's size, until SIGTERM or the end of the terminal.
  static func run() throws(SystemError) {
    let wanted: [Signal] = [.windowChange, .interrupt, .terminate, .hangUp, .terminalStop, .continued]
    try Signals.block(wanted)
    let source = try SignalSource(wanted)
    let wake = try WakeUp()
    wake.signal()
    Probe.say("ready")
    while true {
      let readiness = try waitReadable([0, source.descriptor, wake.descriptor])
      if wake.drain() { Probe.say("woken") }
      while let signal = source.next() {
        let size = Terminal.size(of: 0)
        Probe.say("\(signal) \(size?.rows ?? 0)x\(size?.columns ?? 0)")
        if signal == .terminate { return }
      }
      if readiness[0].contains(.hangUp) { return }
    }
  }
}

extension SignalReader {
  /// Says each signal that comes through a loop, until SIGTERM.
  static func runOnLoop() throws(SystemError) {
    let wanted: [Signal] = [.hangUp, .terminate, .user1]
    try Signals.block(wanted)
    let source = try SignalSource(wanted)
    let loop = try EventLoop(name: "signals")
    let signals = try source.stream(on: loop)
    Probe.say("ready")
    _ = try loop.runAndWait {
      for await signal in signals {
        Probe.say("\(signal)")
        if signal == .terminate { break }
      }
    }
    loop.stop()
    Probe.say("end")
  }
}

enum Dial {
  /// Connects to a port of this machine again and again, and says what came of it.
  static func run(_ port: String) throws(SystemError) {
    let loop = try EventLoop(name: "dial")
    let endpoint = Endpoint.tcp(host: "127.0.0.1", port: Int(port) ?? 0)
    let sentences = try loop.runAndWait { () -> Set<String> in
      var sentences: Set<String> = []
      for _ in 0..<20 {
        do throws(SystemError) {
          _ = try await Connection.connect(to: endpoint, on: loop, within: .seconds(5))
          sentences.insert("connected")
        } catch {
          sentences.insert(error.code.name)
        }
      }
      return sentences
    }
    Probe.say((sentences ?? []).sorted().joined(separator: " "))
    loop.stop()
  }
}

enum Lock {
  /// Holds a lock until its input ends.
  static func run(_ path: String) throws(SystemError) {
    switch try Files.lock(path, content: Array("\(try ProcessIdentity.own)".utf8)) {
    case .held(let lock):
      Probe.say("held")
      _ = try waitReadable([0])
      withExtendedLifetime(lock) {}
    case .taken(let content):
      Probe.say("taken by \(String(decoding: content, as: UTF8.self))")
    }
  }
}
