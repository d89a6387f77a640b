import SystemIO

/// Finds ports on the loopback interface that nobody uses, bus ports included.
enum LabPorts {
  /// Where a search begins: away from the servers' own 6379 and the lab's documented examples.
  private static let firstBase = 18_000
  private static let step = 100

  /// The base port of as many free ports: the wanted one, or the first range that is free.
  ///
  /// Between this and the servers' own start somebody else may take a port; the servers then do not start, and say so.
  static func base(for count: Int, wanted: Int?, on loop: EventLoop) throws(LabError) -> Int {
    if let wanted {
      if let taken = firstTaken(from: wanted, count: count, on: loop) {
        throw LabError(
          .portTaken, "Port \(taken) is in use on this machine",
          remedy: "Choose another base port, or leave it out and a free one is found.")
      }
      return wanted
    }
    for base in stride(from: firstBase, through: LabRequest.highestPort - count + 1, by: step)
    where firstTaken(from: base, count: count, on: loop) == nil {
      return base
    }
    throw LabError(
      .noFreePorts, "No \(count) ports in a row are free between \(firstBase) and \(LabRequest.highestPort)",
      remedy: "End another lab (`lab list` names them), or choose a base port.")
  }

  /// The first port of the range that cannot be listened on.
  private static func firstTaken(from base: Int, count: Int, on loop: EventLoop) -> Int? {
    for port in base..<(base + count) {
      for candidate in [port, port + ClusterShape.busOffset] {
        guard let listener = try? Listener.listen(on: .tcp(host: "127.0.0.1", port: candidate), loop: loop) else {
          return candidate
        }
        listener.close()
      }
    }
    return nil
  }
}
