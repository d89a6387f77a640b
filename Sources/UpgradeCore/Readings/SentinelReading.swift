// What a Sentinel answers, made into values.

extension Reader {
  /// A Sentinel's own account of itself: it has a process and a version, and no data.
  ///
  /// - Parameter text: its whole `INFO`.
  package static func sentinelPulse(info text: String) throws(ReadingError) -> Pulse {
    let info = InfoText(text)
    let product = try product(info)
    let mode = info["redis_mode"] ?? info["server_mode"] ?? ""
    guard mode == "sentinel" else { throw ReadingError("INFO", "redis_mode", .unexpected(String(mode))) }
    let release = Version(product.version).flatMap { version in product.product.map { Release($0, version) } }
    var pulse = Pulse.predicted(release ?? Release(.redis, Version(0, 0, 0)), role: .sentinel)
    pulse.server = ServerFacts(
      name: product.name, product: product.product, version: Version(product.version), versionText: product.version,
      mode: "sentinel", runID: try info.text("run_id"), processID: try info.number("process_id"),
      port: try info.number("tcp_port"), uptimeSeconds: try info.number("uptime_in_seconds"),
      executable: String(info["executable"] ?? ""), configFile: String(info["config_file"] ?? ""))
    var view = SentinelView()
    view.isTilted = try info.flag("sentinel_tilt")
    view.scriptsWaiting =
      (try info.numberIfPrinted("sentinel_running_scripts") ?? 0)
      + (try info.numberIfPrinted("sentinel_scripts_queue_length") ?? 0)
    pulse.sentinel = view
    return pulse
  }

  /// Whether a whole `INFO` is a Sentinel's.
  package static func isSentinel(info text: String) -> Bool {
    let info = InfoText(text)
    return (info["redis_mode"] ?? info["server_mode"]) == "sentinel"
  }

  /// `SENTINEL MASTER`, or one element of `SENTINEL MASTERS`, as names and values.
  package static func sentinelGroup(_ fields: [String]) throws(ReadingError) -> SentinelView.Group {
    let line = SentinelLine(fields, "SENTINEL MASTER")
    return SentinelView.Group(
      address: try line.address(), flags: try line.flags(), quorum: try line.number("quorum"),
      epoch: try line.number("config-epoch"), downAfter: .milliseconds(try line.number("down-after-milliseconds")),
      failoverTimeout: .milliseconds(try line.number("failover-timeout")),
      parallelSyncs: try line.number("parallel-syncs"),
      scripts: ["notification-script", "client-reconfig-script"].compactMap { line.values[$0] })
  }

  /// Name, place and size of a group, out of an element of `SENTINEL MASTERS`.
  package static func sentinelName(_ fields: [String]) throws(ReadingError) -> SentinelView.Other {
    let line = SentinelLine(fields, "SENTINEL MASTERS")
    return SentinelView.Other(
      name: try line.text("name"), address: try line.address(), replicas: try line.number("num-slaves"),
      sentinels: try line.number("num-other-sentinels"))
  }

  /// One element of `SENTINEL REPLICAS`.
  package static func sentinelReplica(_ fields: [String]) throws(ReadingError) -> SentinelView.Replica {
    let line = SentinelLine(fields, "SENTINEL REPLICAS")
    return SentinelView.Replica(
      address: try line.address(), flags: try line.flags(), priority: try line.number("slave-priority"),
      isLinked: line.values["master-link-status"] == "ok")
  }

  /// One element of `SENTINEL SENTINELS`.
  package static func sentinelPeer(_ fields: [String]) throws(ReadingError) -> SentinelView.Peer {
    let line = SentinelLine(fields, "SENTINEL SENTINELS")
    return SentinelView.Peer(
      address: try line.address(), runID: line.values["runid"] ?? "", flags: try line.flags())
  }
}

/// Names and values of one watched instance.
private struct SentinelLine {
  let values: [String: String]
  let command: String

  init(_ fields: [String], _ command: String) {
    self.command = command
    var values: [String: String] = [:]
    for index in stride(from: 0, to: fields.count - 1, by: 2) where values[fields[index]] == nil {
      values[fields[index]] = fields[index + 1]
    }
    self.values = values
  }

  func text(_ name: String) throws(ReadingError) -> String {
    guard let value = values[name] else { throw ReadingError(command, name, .missing) }
    return value
  }

  func number(_ name: String) throws(ReadingError) -> Int {
    let value = try text(name)
    guard let number = InfoText.number(value[...]) else { throw ReadingError(command, name, .unexpected(value)) }
    return number
  }

  func address() throws(ReadingError) -> Address {
    Address(host: try text("ip"), port: try number("port"))
  }

  func flags() throws(ReadingError) -> Set<String> { Set(try text("flags").split(separator: ",").map(String.init)) }
}
