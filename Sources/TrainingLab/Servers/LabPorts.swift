import SystemIO

/// Finds ports on the loopback interface that nobody uses and no lab calls its own, bus ports included.
struct LabPorts {
  /// The labs there are: their ports are theirs even while a node is down.
  let labs: [LabRecord]
  let host: String
  let loop: EventLoop

  /// Where a search begins: away from the servers' own 6379 and from what people choose by hand.
  private static let firstBase = 18_000
  private static let step = 100

  /// The base port of as many free ports: the wanted one, or that of some free range.
  ///
  /// Between this and the servers' own start somebody else may take a port; the servers then do not start, and say so.
  func base(for count: Int, wanted: Int?) throws(LabError) -> Int {
    if let wanted {
      if let obstacle = obstacle(from: wanted, count: count) {
        throw LabError(
          .portTaken, obstacle, remedy: "Choose another base port, or leave it out and a free one is found.")
      }
      return wanted
    }
    let bases = Array(stride(from: Self.firstBase, through: LabRequest.highestPort - count + 1, by: Self.step))
    // In no fixed order: programs that know nothing of each other seldom want the same range then.
    for base in bases.shuffled() where obstacle(from: base, count: count) == nil { return base }
    throw LabError(
      .noFreePorts, "No \(count) ports in a row are free between \(Self.firstBase) and \(LabRequest.highestPort)",
      remedy: "End another lab (`lab list` names them), or choose a base port.")
  }

  /// What keeps the range from being used, as a sentence without its full stop.
  private func obstacle(from base: Int, count: Int) -> String? {
    for port in base..<(base + count) {
      if let lab = labs.first(where: { lab in lab.ports.contains(port) }) {
        return "Port \(port) belongs to the lab in \(lab.directory)"
      }
      for candidate in [port, port + ClusterShape.busOffset] {
        guard let listener = try? Listener.listen(on: .tcp(host: host, port: candidate), loop: loop) else {
          return "Port \(candidate) is in use on this machine"
        }
        listener.close()
      }
    }
    return nil
  }
}
