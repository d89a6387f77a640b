// Starting a child: its program found, its descriptors made, ours kept from it.

import CSystem
import Glibc

extension ChildProcess {
  /// Starts a child, without fork.
  ///
  /// - Parameters:
  ///   - streams: its standard descriptors; it gets no others.
  ///   - newSession: whether it leads a session of its own, out of reach of our terminal's signals; on a terminal
  ///     it always does.
  package static func spawn(
    _ command: ChildCommand, streams: ChildStreams = .pipes, newSession: Bool = true, on loop: EventLoop
  ) throws(SystemError) -> ChildProcess {
    let variables = command.environment.variables
    let program = try locate(command, path: variables["PATH"])
    let ends = try StreamEnds(streams, command: command, on: loop)
    let arguments = try CStrings([command.program] + command.arguments, of: program)
    let environment = try CStrings(variables.map { "\($0.key)=\($0.value)" }, of: program)
    var pid: Int32 = 0
    let answer = unsafe program.withCString { path in
      unsafe withOptionalCString(command.directory) { directory in
        unsafe withOptionalCString(ends.terminal) { terminal in
          var child = unsafe csystem_child(
            path: path, arguments: arguments.array, environment: environment.array, directory: directory,
            terminal: terminal, input: ends.input, output: ends.output, error: ends.error, new_session: newSession)
          return unsafe csystem_spawn(&child, &pid)
        }
      }
    }
    try checked(answer, "start", program)
    let pidfd = csystem_pidfd_open(pid)
    let watch = ExitWatch(pid: pid, pidfd: pidfd, on: loop)
    if pidfd < 0 {
      // Nothing could tell its end, so it must not go on.
      kill(pid, SIGKILL)
      waitpid(pid, nil, 0)
      throw SystemError(.init(-pidfd), "watch", "\(program) (pid \(pid))")
    }
    watch.start()
    return ChildProcess(
      command: command, pid: pid, input: ends.ourInput, output: ends.ourOutput, errorOutput: ends.ourError,
      socket: ends.ourSocket, isTerminal: ends.terminal != nil, watch: watch)
  }

  /// The program's file: a name without a slash is looked up in `path`, as a shell would.
  private static func locate(_ command: ChildCommand, path: String?) throws(SystemError) -> String {
    if let directory = command.directory, unsafe access(directory, X_OK) != 0 {
      throw SystemError(.init(errno), "start \(command.program) in", directory)
    }
    if command.program.contains("/") { return command.program }
    var refusal = ENOENT
    for directory in (path ?? "/usr/bin:/bin").split(separator: ":", omittingEmptySubsequences: false) {
      let candidate = directory.isEmpty ? command.program : "\(directory)/\(command.program)"
      var status = stat()
      guard unsafe stat(candidate, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
      if unsafe access(candidate, X_OK) == 0 { return candidate }
      refusal = EACCES
    }
    throw SystemError(.init(refusal), "find in PATH the program", command.program)
  }
}

/// Both ends of a child's standard descriptors; the child's are closed here when this is dropped.
private struct StreamEnds {
  var input: Int32 = -1
  var output: Int32 = -1
  var error: Int32 = -1
  /// The path of the PTY's slave.
  var terminal: String?
  var ourInput: Channel?
  var ourOutput: Channel?
  var ourError: Channel?
  var ourSocket: Connection?
  private var owned: [Descriptor] = []

  init(_ streams: ChildStreams, command: ChildCommand, on loop: EventLoop) throws(SystemError) {
    let program = command.program
    switch streams {
    case .null:
      let null = try own(path: "/dev/null", O_RDWR)
      (input, output, error) = (null, null, null)
    case .pipes:
      let inputEnds = try pipe(for: program)
      let outputEnds = try pipe(for: program)
      let errorEnds = try pipe(for: program)
      (input, output, error) = (inputEnds.reading, outputEnds.writing, errorEnds.writing)
      ourInput = try channel(inputEnds.writing, program, on: loop)
      ourOutput = try channel(outputEnds.reading, program, on: loop)
      ourError = try channel(errorEnds.reading, program, on: loop)
    case .socket(let endpoint):
      var pair: [Int32] = [-1, -1]
      try checked(unsafe csystem_socket_pair(&pair), "make a socket for", program)
      owned += pair.map { Descriptor($0) }
      let errorEnds = try pipe(for: program)
      (input, output, error) = (pair[0], pair[0], errorEnds.writing)
      ourSocket = Connection(try channel(pair[1], "\(endpoint) by \(program)", on: loop), endpoint: endpoint)
      ourError = try channel(errorEnds.reading, program, on: loop)
    case .terminal(let rows, let columns):
      var slave = [CChar](repeating: 0, count: 64)
      let master = try checked(
        unsafe csystem_open_pty(UInt16(clamping: rows), UInt16(clamping: columns), &slave, slave.count),
        "open a terminal for", program)
      terminal = text(slave)
      let channel = Channel(master, place: program, on: loop)
      ourInput = channel
      ourOutput = channel
    case .descriptors(let input, let output, let error):
      (self.input, self.output, self.error) = (input, output, error)
    case .files(let input, let output, let error):
      self.input = try own(path: input ?? "/dev/null", O_RDONLY)
      self.output = try own(path: output, O_WRONLY | O_CREAT | O_APPEND)
      self.error = output == error ? self.output : try own(path: error, O_WRONLY | O_CREAT | O_APPEND)
    }
  }

  private mutating func own(path: String, _ flags: Int32) throws(SystemError) -> Int32 {
    let number = try systemCall("open", path) { unsafe open(path, flags | O_CLOEXEC, 0o600) }
    owned.append(Descriptor(number))
    return number
  }

  private mutating func pipe(for program: String) throws(SystemError) -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [-1, -1]
    try checked(unsafe csystem_pipe(&ends), "make a pipe for", program)
    owned += ends.map { Descriptor($0) }
    return (ends[0], ends[1])
  }

  /// A non-blocking channel over one of the owned ends; the child's end stays blocking, as programs expect.
  private mutating func channel(_ number: Int32, _ program: String, on loop: EventLoop) throws(SystemError) -> Channel {
    let copy = try systemCall("make a pipe for", program) { fcntl(number, F_DUPFD_CLOEXEC, 3) }
    let channel = Channel(copy, place: program, on: loop)
    try systemCall("make a pipe for", program) { fcntl(copy, F_SETFL, O_NONBLOCK) }
    return channel
  }
}

/// C strings that live as long as this value.
@safe private struct CStrings: ~Copyable {
  /// NULL-terminated.
  let array: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private let count: Int

  init(_ strings: [String], of program: String) throws(SystemError) {
    if strings.contains(where: { $0.utf8.contains(0) }) {
      throw SystemError(.invalid, "start, with a zero byte in an argument,", program)
    }
    count = strings.count
    unsafe array = .allocate(capacity: count + 1)
    for (index, string) in strings.enumerated() { unsafe (array + index).initialize(to: strdup(string)) }
    unsafe (array + count).initialize(to: nil)
  }

  deinit {
    for index in 0..<count { unsafe free(array[index]) }
    unsafe array.deallocate()
  }
}

private func withOptionalCString<Answer>(_ string: String?, _ body: (UnsafePointer<CChar>?) -> Answer) -> Answer {
  guard let string else { return body(nil) }
  return unsafe string.withCString { unsafe body($0) }
}
