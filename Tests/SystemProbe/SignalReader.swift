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
