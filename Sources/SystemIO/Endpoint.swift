// Where a server listens: as an operator writes it, and as the kernel wants it.

import Glibc

/// A place to connect to or to listen on.
package enum Endpoint: Hashable, Sendable, CustomStringConvertible {
  /// `host` is an IPv4 or IPv6 address or a name.
  case tcp(host: String, port: Int)
  case unix(path: String)

  /// `10.0.0.7:7001`, `[::1]:7001`, `unix:/run/redis.sock`.
  package var description: String {
    switch self {
    case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .unix(let path): "unix:\(path)"
    }
  }
}

/// A socket address of any family, as the bytes that the kernel takes.
struct SocketAddress: Hashable, Sendable {
  let bytes: [UInt8]

  var family: Int32 { unsafe Int32(withPointer { address, _ in unsafe address.pointee.sa_family }) }

  /// The address in numbers, never looked up.
  var endpoint: Endpoint {
    if family == AF_UNIX {
      let path = bytes.dropFirst(MemoryLayout<sa_family_t>.size).prefix { $0 != 0 }
      return .unix(path: String(decoding: path, as: UTF8.self))
    }
    var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    var service = [CChar](repeating: 0, count: Int(NI_MAXSERV))
    let failure = unsafe withPointer { address, length in
      unsafe getnameinfo(
        address, length, &host, socklen_t(host.count), &service, socklen_t(service.count),
        NI_NUMERICHOST | NI_NUMERICSERV)
    }
    guard failure == 0 else { return .tcp(host: "", port: 0) }
    return .tcp(host: text(host), port: Int(text(service)) ?? 0)
  }

  /// Calls `body` with the address as `struct sockaddr`, which lives only during the call.
  func withPointer<Answer>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Answer) -> Answer {
    var storage = sockaddr_storage()
    let length = min(bytes.count, MemoryLayout<sockaddr_storage>.size)
    unsafe withUnsafeMutableBytes(of: &storage) { raw in unsafe raw.copyBytes(from: bytes.prefix(length)) }
    return unsafe withUnsafePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        unsafe body(address, socklen_t(length))
      }
    }
  }

  /// Runs a call that fills in an address, such as `getpeername`; nil when it fails.
  static func filled(
    by call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
  ) -> SocketAddress? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let answer = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in unsafe call(address, &length) }
    }
    guard answer == 0 else { return nil }
    return unsafe withUnsafeBytes(of: &storage) { raw in unsafe SocketAddress(bytes: Array(raw.prefix(Int(length)))) }
  }

  static func local(of socket: Int32) -> SocketAddress? {
    unsafe filled { address, length in unsafe getsockname(socket, address, length) }
  }

  static func peer(of socket: Int32) -> SocketAddress? {
    unsafe filled { address, length in unsafe getpeername(socket, address, length) }
  }
}

// Names and paths made into addresses.

extension SocketAddress {
  /// The addresses of a name, in the order the resolver prefers. Blocks, unless `numeric`.
  static func resolve(host: String, port: Int, numeric: Bool) -> Result<[SocketAddress], SystemError.Code> {
    guard (1...65535).contains(port) || (port == 0 && numeric) else { return .failure(.invalid) }
    var hints = unsafe addrinfo()
    unsafe hints.ai_family = AF_UNSPEC
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    unsafe hints.ai_flags = AI_NUMERICSERV | (numeric ? AI_NUMERICHOST : 0)
    var list: UnsafeMutablePointer<addrinfo>?
    let failure = unsafe getaddrinfo(host, String(port), &hints, &list)
    if failure == EAI_SYSTEM { return .failure(.init(errno)) }
    guard failure == 0 else { return .failure(.init(failure)) }
    defer { unsafe freeaddrinfo(list) }
    var found: [SocketAddress] = []
    var next = unsafe list
    while let entry = unsafe next?.pointee {
      if let address = unsafe entry.ai_addr {
        let raw = unsafe UnsafeRawBufferPointer(start: address, count: Int(entry.ai_addrlen))
        let address = unsafe SocketAddress(bytes: Array(raw))
        if !found.contains(address) { found.append(address) }
      }
      unsafe next = entry.ai_next
    }
    return .success(found)
  }

  /// Calls `body` with the address of a Unix socket, of whatever length its path is.
  static func withUnixAddress<Answer>(
    _ path: String, _ what: String, _ body: (SocketAddress) throws(SystemError) -> Answer
  ) throws(SystemError) -> Answer {
    if let address = SocketAddress(unixPath: Array(path.utf8)) { return try body(address) }
    // Longer than sun_path: the directory is named by a descriptor instead.
    guard let slash = path.lastIndex(of: "/") else { throw SystemError(.init(ENAMETOOLONG), what, path) }
    let directory = Descriptor(
      try systemCall(what, path) {
        unsafe open(String(path[...slash]), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      })
    let short = "/proc/self/fd/\(directory.number)/\(path[path.index(after: slash)...])"
    guard let address = SocketAddress(unixPath: Array(short.utf8)) else {
      throw SystemError(.init(ENAMETOOLONG), what, path)
    }
    defer { withExtendedLifetime(directory) {} }
    return try body(address)
  }

  private init?(unixPath path: [UInt8]) {
    let capacity = MemoryLayout<sockaddr_un>.size - MemoryLayout<sa_family_t>.size
    guard !path.isEmpty, path.count < capacity, !path.contains(0) else { return nil }
    let family = unsafe withUnsafeBytes(of: sa_family_t(AF_UNIX)) { unsafe Array($0) }
    bytes = family + path + [0]
  }
}

/// The text of a C buffer up to its end mark.
func text(_ characters: [CChar]) -> String {
  String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
