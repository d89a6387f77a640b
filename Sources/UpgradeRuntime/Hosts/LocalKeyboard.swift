// The keyboard of a command on this machine: a line of its own to the command's holder.

import SystemIO

struct LocalKeyboard: KeyboardLine {
  private let connection: Connection

  /// Connects to a holder that takes keys.
  init(_ files: HoldFiles, on loop: EventLoop) async throws(HostFailure) {
    do throws(SystemError) {
      connection = try await Connection.connect(to: .unix(path: files.socket), on: loop, within: .seconds(2))
    } catch {
      throw HostFailure("The command's holder does not answer: it may be over. (\(error))")
    }
    // Whoever is connected is told what the command prints; here nobody wants to know. The holder closes the line once
    // it has read all that was typed.
    loop.task { [connection] in
      while let bytes = try? await connection.read(upTo: 64 << 10), !bytes.isEmpty {}
      connection.close()
    }
  }

  func type(_ bytes: [UInt8]) async throws(HostFailure) {
    var message = HoldMessage.input(bytes).bytes
    defer { Secrecy.erase(&message) }
    do throws(SystemError) {
      try await connection.write(message)
    } catch {
      throw HostFailure("the line to the command's holder is gone")
    }
  }

  /// A line that is closed with something unread in it is reset, and what was typed might be lost with it.
  func close() async {
    do throws(SystemError) { try connection.finishWriting() } catch { connection.close() }
  }
}
