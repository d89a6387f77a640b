// Children: what they get from us, what they say, and how they end.

import Glibc
import Testing

@testable import SystemIO

@Suite struct ChildProcessTests {
  @Test(arguments: [
    ("exit 0", SystemIO.ExitStatus.exited(0)), ("exit 7", .exited(7)), ("kill -TERM $$", .signalled(SIGTERM)),
    ("kill -KILL $$", .signalled(SIGKILL)), ("kill -PIPE $$", .signalled(SIGPIPE)),
  ])
  func theEndIsTold(line: String, expected: SystemIO.ExitStatus) async throws {
    try await onLoop { loop in
      let child = try ChildProcess.spawn(.shell(line), streams: .null, on: loop)
      async let first = child.exit()
      async let second = child.exit()
      #expect(await [first, second] == [expected, expected])
      #expect(child.exitStatus == expected)
      #expect(await child.exit() == expected)
      #expect(try child.send(.terminate) == false)
      #expect(loop.waitingCount == 0)
    }
  }

  /// A child that leads somewhere: its input and output are one stream, which ends with it and is ended by either side.
  @Test func aSocketIsBothEndsOfAChild() async throws {
    try await onLoop { loop in
      let endpoint = Endpoint.tcp(host: "10.0.0.1", port: 6379)
      let child = try ChildProcess.spawn(
        .shell("read -r word; echo \"heard $word\"; echo aside >&2; cat"), streams: .socket(endpoint), on: loop)
      let socket = try #require(child.socket)
      #expect(socket.endpoint == endpoint)
      try await socket.write(Array("one\ntwo".utf8), within: patience)
      var heard: [UInt8] = []
      while heard.count < "heard one\ntwo".utf8.count {
        heard += try await socket.read(upTo: 100, within: patience)
      }
      #expect(String(decoding: heard, as: UTF8.self) == "heard one\ntwo")
      #expect(String(decoding: try await child.readError(upTo: 100), as: UTF8.self) == "aside\n")
      try socket.finishWriting()
      #expect(try await socket.read(upTo: 100, within: patience) == [])
      #expect(await child.exit() == .exited(0))
      socket.close()

      let killed = try ChildProcess.spawn(.shell("exec cat"), streams: .socket(endpoint), on: loop)
      try killed.send(.kill)
      #expect(try await #require(killed.socket).read(upTo: 100, within: patience) == [])
    }
  }

  @Test func nothingOfOursIsInherited() async throws {
    try await onLoop { loop in
      // An ignored SIGPIPE and descriptors without close-on-exec are what a careless parent passes on.
      let ignored = signal(SIGPIPE, SIG_IGN)
      defer { signal(SIGPIPE, ignored) }
      let leak = unsafe open("/dev/null", O_RDONLY)
      defer { close(leak) }
      let signals = ChildCommand("grep", ["-E", "^Sig(Blk|Ign):", "/proc/self/status"])
      let zero = "0000000000000000"
      let masks = try await ChildProcess.run(signals, on: loop, within: patience).text
      #expect(masks == "SigBlk:\t\(zero)\nSigIgn:\t\(zero)\n")
      // The fourth is the directory that it reads.
      let descriptors = try await ChildProcess.run(try probe("descriptors"), on: loop, within: patience).text
      #expect(descriptors == "0 1 2 3\n")
    }
  }

  @Test func aChildThatWasStartedFromTheCooperativePoolHasAnEmptySignalMask() async throws {
    try await withLoop { loop in
      let grep = ChildCommand("grep", ["SigBlk", "/proc/self/status"])
      let outcome = try await ChildProcess.run(grep, on: loop, within: patience)
      #expect(outcome.text == "SigBlk:\t0000000000000000\n")
    }
  }

  @Test func onATerminalItLeadsASessionWithThatTerminalAndSize() async throws {
    try await onLoop { loop in
      let line = #"""
        stty size; tty | grep -q '^/dev/pts/' && echo terminal
        set -- $(cat /proc/$$/stat); echo session $(($6 == $$)) group $(($5 == $$)) foreground $(($8 == $$))
        echo through the controlling terminal > /dev/tty
        """#
      let child = try ChildProcess.spawn(.shell(line), streams: .terminal(rows: 33, columns: 101), on: loop)
      #expect(
        try await child.readAll()
          == "33 101\r\nterminal\r\nsession 1 group 1 foreground 1\r\nthrough the controlling terminal\r\n")
      #expect(await child.exit() == .exited(0))
      #expect(try await child.read(upTo: 10) == [])
    }
  }

  @Test func aTerminalIsResizedTypedAtAndHungUp() async throws {
    try await onLoop { loop in
      let child = try ChildProcess.spawn(
        try probe("signals"), streams: .terminal(rows: 24, columns: 80), on: loop)
      _ = try await child.read(until: "ready\r\nwoken\r\n")
      try child.resize(rows: 40, columns: 132)
      #expect(try await child.read(until: "132").contains("SIGWINCH 40x132"))
      try await child.write([3])
      #expect(try await child.read(until: "SIGINT").contains("SIGINT"))
      try await child.write([26])
      #expect(try await child.read(until: "SIGTSTP").contains("SIGTSTP"))
      try child.send(.continued)
      #expect(try await child.read(until: "SIGCONT").contains("SIGCONT"))
      try child.send(.terminate)
      #expect(try await child.readAll().contains("SIGTERM"))
      #expect(await child.exit() == .exited(0))
    }
  }

  @Test func aWriteToATerminalWhoseChildIsGoneEnds() async throws {
    try await onLoop { loop in
      let child = try ChildProcess.spawn(
        .shell("stty raw -echo; echo ready; exec sleep 600"), streams: .terminal(rows: 24, columns: 80), on: loop)
      _ = try await child.read(until: "ready")
      async let written = failure { try await child.write([UInt8](repeating: 0x61, count: 1 << 20)) }
      // A child that does not read lets the terminal fill up.
      await waitUntil { loop.waitingCount == 2 }
      try child.send(.kill)
      let code = await written?.code
      #expect(code == .brokenPipe || code == .ioError)
      let turns = loop.turns
      try await loop.sleep(for: .milliseconds(50))
      #expect(loop.turns - turns < 10)
    }
  }

  @Test func signalsAreAStreamOnTheLoop() async throws {
    try await onLoop { loop in
      let child = try ChildProcess.spawn(try probe("signal-stream"), on: loop)
      _ = try await child.read(until: "ready\n")
      try child.send(.user1)
      #expect(try await child.read(until: "\n") == "SIGUSR1\n")
      try child.send(.hangUp)
      #expect(try await child.read(until: "\n") == "SIGHUP\n")
      try child.send(.terminate)
      #expect(try await child.readAll() == "SIGTERM\nend\n")
      #expect(await child.exit() == .exited(0))
    }
  }

  @Test func aDroppedTerminalHangsUp() async throws {
    try await onLoop { loop in
      var child: ChildProcess? = try ChildProcess.spawn(
        .shell("echo $$; exec sleep 600"), streams: .terminal(rows: 24, columns: 80), on: loop)
      let pid = try #require(child).pid
      _ = try await child?.read(until: "\(pid)")
      let identity = try ProcessIdentity(of: pid)
      child = nil
      #expect(try await identity.end(on: loop, within: patience))
      await waitUntil { loop.waitingCount == 0 }
    }
  }

  @Test func pipesCarryInputOutputAndErrorApart() async throws {
    try await onLoop { loop in
      let child = try ChildProcess.spawn(.shell("cat; echo warned >&2"), streams: .pipes, on: loop)
      try await child.write(bytes("to and fro"))
      child.closeInput()
      #expect(try await child.readAll() == "to and fro")
      #expect(string(try await child.readError(upTo: 100)) == "warned\n")
      #expect(try await child.readError(upTo: 100) == [])
      #expect(await child.exit() == .exited(0))
      #expect(await failure { try await child.write([1]) }?.code == .canceled)
    }
  }

  @Test func aMegabyteOnATerminalArrivesWhole() async throws {
    try await onLoop { loop in
      let child = try ChildProcess.spawn(
        .shell("stty -onlcr; head -c 1000000 /dev/zero | tr '\\0' x"), streams: .terminal(rows: 24, columns: 80),
        on: loop)
      let text = try await child.readAll()
      #expect(text.utf8.count == 1_000_000)
      #expect(await child.exit() == .exited(0))
    }
  }

  @Test func endOfInputOnATerminal() async throws {
    try await onLoop { loop in
      let child = try ChildProcess.spawn(
        .shell("stty -echo; echo ready; cat; echo end"), streams: .terminal(rows: 24, columns: 80), on: loop)
      _ = try await child.read(until: "ready\r\n")
      try await child.write(bytes("line\n"))
      _ = try await child.read(until: "line\r\n")
      child.closeInput()
      #expect(try await child.readAll() == "end\r\n")
    }
  }

  @Test func filesAndDescriptorsTakeTheStreams() async throws {
    try await withDirectory { directory in
      try await onLoop { loop in
        let log = "\(directory)/log"
        try Files.writeAtomically("\(directory)/in", bytes("from a file\n"))
        for _ in 0..<2 {
          let child = try ChildProcess.spawn(
            .shell("cat; echo warned >&2"), streams: .files(input: "\(directory)/in", output: log, error: log), on: loop
          )
          #expect(await child.exit() == .exited(0))
        }
        #expect(string(try Files.read(log)) == "from a file\nwarned\nfrom a file\nwarned\n")
        #expect(try Files.permissions(log) == 0o600)

        let file = unsafe open("\(directory)/swapped", O_WRONLY | O_CREAT, 0o600)
        defer { close(file) }
        let null = unsafe open("/dev/null", O_RDONLY)
        defer { close(null) }
        let child = try ChildProcess.spawn(
          .shell("echo out; echo err >&2"), streams: .descriptors(input: null, output: file, error: file), on: loop)
        #expect(await child.exit() == .exited(0))
        #expect(string(try Files.read("\(directory)/swapped")) == "out\nerr\n")
      }
    }
  }

  @Test func environmentAndDirectory() async throws {
    try await onLoop { loop in
      let line = "echo ${PATH:+kept} ${ADDED-none} ${HOME-none}; pwd"
      let changed = try await ChildProcess.run(
        .shell(line, environment: .changed(["ADDED": "new", "HOME": nil]), directory: "/usr"), on: loop,
        within: patience)
      #expect(changed.text == "kept new none\n/usr\n")
      let exact = try await ChildProcess.run(
        .shell(line, environment: .exactly(["PATH": "/usr/bin:/bin"]), directory: "/"), on: loop, within: patience)
      #expect(exact.text == "kept none none\n/\n")
    }
  }

  @Test func aProgramIsFoundInTheChildsOwnPath() async throws {
    try await withDirectory { directory in
      try await onLoop { loop in
        try Files.writeAtomically("\(directory)/greet", bytes("#!/bin/sh\necho hello $1\n"), mode: 0o755)
        let command = ChildCommand("greet", ["you"], environment: .exactly(["PATH": "/nowhere:\(directory):/bin"]))
        #expect(try await ChildProcess.run(command, on: loop, within: patience).text == "hello you\n")
      }
    }
  }

  @Test func whyAProgramCannotStart() async throws {
    try await withDirectory { directory in
      try Files.writeAtomically("\(directory)/plain", bytes("text"), mode: 0o644)
      try Files.writeAtomically("\(directory)/script", bytes("#!/no/such/interpreter\n"), mode: 0o755)
      let cases: [(ChildCommand, String)] = [
        (
          ChildCommand("no-such-program"),
          "cannot find in PATH the program no-such-program: no such file or directory (ENOENT)"
        ),
        (ChildCommand("/no/such/program"), "cannot start /no/such/program: no such file or directory (ENOENT)"),
        (
          ChildCommand("plain", environment: .exactly(["PATH": directory])),
          "cannot find in PATH the program plain: permission denied (EACCES); "
            + "this user may not do that; check owner and mode"
        ),
        (
          ChildCommand("true", directory: "\(directory)/gone"),
          "cannot start true in \(directory)/gone: no such file or directory (ENOENT)"
        ),
        (ChildCommand("\(directory)/script"), "cannot start \(directory)/script: no such file or directory (ENOENT)"),
        (
          ChildCommand("/bin/echo", ["a\u{0}b"]),
          "cannot start, with a zero byte in an argument, /bin/echo: invalid argument (EINVAL)"
        ),
      ]
      try await onLoop { loop in
        for (command, sentence) in cases {
          let error = await failure { _ = try ChildProcess.spawn(command, on: loop) }
          #expect(error?.description == sentence)
        }
        #expect(loop.waitingCount == 0)
      }
    }
  }
}
