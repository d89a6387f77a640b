// What `rlcheck` and the REST API's checks find on a node.

extension Simulator {
  package struct HealthCheck: Sendable {
    let cluster: Cluster
    let node: Int

    package init(_ cluster: Cluster, of node: Int) {
      self.cluster = cluster
      self.node = node
    }

    package struct Failure: Equatable, Sendable {
      package let check: Check
      package let reason: String
    }

    /// What fails, in the order of the tests; the words are those of the REST API's documentation where it has some.
    package var failures: [Failure] {
      guard let node = cluster.node(node) else { return [] }
      var found: [Failure] = []
      func add(_ check: Check, _ reason: String) { found.append(Failure(check: check, reason: reason)) }
      let dialect = Dialect(of: node.version)
      if !node.isRunning {
        add(.bootstrap, "bootstrap request to cnm_http failed,resp_code: 503,resp_content: ")
        add(dialect == .old ? .processes : .services, "could not communicate with 'supervisorctl': [Errno 2]")
      }
      for service in node.failedServices {
        add(
          dialect == .old ? .processes : .services,
          "process \(service) is not running or not responding ([Errno 111] Connection refused)")
      }
      if !cluster.hasQuorum {
        add(dialect == .old ? .bootstrap : .connectivity, "connectivity check failed retrieving ports for testing")
      }
      return found.filter { dialect.checks.contains($0.check) }
    }
  }
}
