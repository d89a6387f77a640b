// A program for the tests of the system floor to start: what can only be tried in a process of its own.

import Glibc
import SystemIO

@main
enum Probe {
  static func main() {
    do throws(SystemError) {
      try Signals.prepareProcess()
      let arguments = Array(CommandLine.arguments.dropFirst())
      switch (arguments.first, arguments.dropFirst().first) {
      case ("crash", let how?): try Crash.run(how, note: arguments.last ?? "")
      case ("append", let path?): try FullDisk.run(path, Array(arguments.dropFirst(2)))
      case ("signals", _): try SignalReader.run()
      case ("signal-stream", _): try SignalReader.runOnLoop()
      case ("connect", let port?): try Dial.run(port)
      case ("hold-lock", let path?): try Lock.run(path)
      case ("descriptors", _): say(try Files.list("/proc/self/fd").joined(separator: " "))
      default: say("usage: system-probe crash|append|signals|signal-stream|connect|hold-lock|descriptors …")
      }
    } catch {
      say("\(error)")
      exit(1)
    }
  }

  static func say(_ line: String) {
    try? Files.write(Array("\(line)\n".utf8), to: 1, path: "standard output")
  }
}
