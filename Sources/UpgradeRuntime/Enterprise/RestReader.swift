// One round over the REST API of a cluster: all that is read of it, from whichever node answers first.

package import SystemIO
package import UpgradeCore

/// Asks the nodes of a cluster, one after the other until one answers, and that one for everything.
package struct RestReader: Sendable {
  private let access: RestAccess
  private let way: Way
  private let loop: EventLoop

  /// - Parameter way: a bastion, and where addresses are reached that are announced otherwise.
  package init(_ access: RestAccess, way: Way = Way(), on loop: EventLoop) {
    self.access = access
    self.way = way
    self.loop = loop
  }

  /// How long one answer may take, and a whole round of them.
  package static let answerBound = Duration.seconds(10)
  package static let roundBound = Duration.seconds(30)

  /// What the API says, or why not. `hosts` are the addresses of the cluster's nodes, inside and outside, the preferred
  /// one first; nobody else is ever asked.
  package func read(
    from hosts: [String], within bound: Duration = roundBound
  ) async throws(RestFailure) -> Enterprise.RestView {
    let deadline = loop.now + bound
    var first: RestFailure?
    for host in hosts {
      let round = RestRound(host, among: hosts, access, way, on: loop, until: deadline)
      do throws(RestFailure) {
        let view = try await round.view()
        await round.close()
        return view
      } catch {
        await round.close()
        guard error.isOfOneNode, loop.now < deadline else { throw first ?? error }
        // The first node is the one that was named, so its reason is the one to be told.
        first = first ?? error
      }
    }
    throw first ?? RestFailure(.unreachable, "no address of a node is known at which the REST API could be asked")
  }
}

/// The questions of one round, put to one node over a few connections.
private struct RestRound: Sendable {
  /// A node has many other things to do.
  private static let mostConnections = 4

  private let connections: [RestConnection]
  private let place: String
  private let loop: EventLoop
  private let deadline: MonotonicTime

  init(
    _ host: String, among hosts: [String], _ access: RestAccess, _ way: Way, on loop: EventLoop,
    until deadline: MonotonicTime
  ) {
    connections = (0..<Self.mostConnections).map { _ in RestConnection(to: host, among: hosts, access, way, on: loop) }
    place = Endpoint.tcp(host: host, port: access.port).description
    self.loop = loop
    self.deadline = deadline
  }

  func close() async {
    for connection in connections { await connection.close() }
  }

  func view() async throws(RestFailure) -> Enterprise.RestView {
    // The first question tells whether there is somebody who answers us; only then are there many.
    var answers = await ask([Enterprise.RestPath.cluster])
    let cluster = try needed(Enterprise.RestPath.cluster, answers, Reader.restCluster)
    answers = await ask([
      Enterprise.RestPath.nodes, Enterprise.RestPath.databases, Enterprise.RestPath.shards,
      Enterprise.RestPath.nodeStatus, Enterprise.RestPath.license, Enterprise.RestPath.actions,
      Enterprise.RestPath.check, Enterprise.RestPath.policy, Enterprise.RestPath.ldap,
    ])
    var view = try assembled(answers)
    let usesRoleLDAP = ldap(answers, &view)
    view.cluster = cluster
    view.cluster?.usesRoleLDAP = usesRoleLDAP
    if view.databases.contains(where: { $0.guid != nil }) {
      fill(&view, activeActive: await ask([Enterprise.RestPath.activeActive]))
    }
    let paths = view.databases.map { Enterprise.RestPath.availability($0.id) }
    fill(&view, availability: await ask(paths))
    return view
  }

  // MARK: - Questions

  private typealias Answers = [String: Result<RestAnswer, RestFailure>]

  /// Each connection takes its share, one question after the other.
  private func ask(_ paths: [String]) async -> Answers {
    let (loop, deadline, count) = (loop, deadline, connections.count)
    return await withTaskGroup(of: Answers.self) { group in
      for (place, connection) in connections.enumerated() where place < paths.count {
        let share = stride(from: place, to: paths.count, by: count).map { paths[$0] }
        group.addTask(executorPreference: loop) {
          var answers: Answers = [:]
          for path in share { answers[path] = await Self.ask(path, connection, loop, until: deadline) }
          return answers
        }
      }
      var all: Answers = [:]
      for await answers in group { all.merge(answers) { first, _ in first } }
      return all
    }
  }

  private static func ask(
    _ path: String, _ connection: RestConnection, _ loop: EventLoop, until deadline: MonotonicTime
  ) async -> Result<RestAnswer, RestFailure> {
    do throws(RestFailure) {
      return .success(try await connection.get(path, until: min(deadline, loop.now + RestReader.answerBound)))
    } catch {
      return .failure(error)
    }
  }

  // MARK: - Answers

  private func assembled(_ answers: Answers) throws(RestFailure) -> Enterprise.RestView {
    typealias Path = Enterprise.RestPath
    var view = Enterprise.RestView()
    let status = optional(Path.nodeStatus, answers, &view) { value throws(ReadingError) in value }
    view.nodes = try needed(Path.nodes, answers) { value throws(ReadingError) in
      try Reader.restNodes(value, status: status)
    }
    view.databases = try needed(Path.databases, answers, Reader.restDatabases)
    view.shards = try needed(Path.shards, answers, Reader.restShards)
    view.license = optional(Path.license, answers, &view, Reader.restLicense)
    // There is none: that is known, and not unread (redis/docs, requests/license).
    if case .success(let answer)? = answers[Path.license], answer.code == 404 {
      view.license = Enterprise.License()
      view.license?.isInstalled = false
    }
    view.actions = optional(Path.actions, answers, &view, Reader.restActions)
    view.failedChecks = optional(Path.check, answers, &view, Reader.restFailedChecks)
    view.policy = optional(Path.policy, answers, &view, Reader.restPolicy)
    return view
  }

  /// Not every role may see it; what it is for says so itself where it is not known.
  private func ldap(_ answers: Answers, _ view: inout Enterprise.RestView) -> Bool? {
    if case .success(let answer)? = answers[Enterprise.RestPath.ldap], answer.code == 403 { return nil }
    return optional(Enterprise.RestPath.ldap, answers, &view, Reader.restLDAP)
  }

  private func fill(_ view: inout Enterprise.RestView, activeActive answers: Answers) {
    guard let all = optional(Enterprise.RestPath.activeActive, answers, &view, Reader.restActiveActive) else { return }
    for index in view.databases.indices {
      guard let own = view.databases[index].guid.flatMap({ all[$0] }) else { continue }
      view.databases[index].protocolVersion = own.protocolVersion
      view.databases[index].featuresetVersion = own.featureset
    }
  }

  private func fill(_ view: inout Enterprise.RestView, availability answers: Answers) {
    for index in view.databases.indices {
      let path = Enterprise.RestPath.availability(view.databases[index].id)
      switch answers[path] {
      case .success(let answer)?:
        if let said = Reader.restAvailability(code: answer.code, answer.value) {
          view.databases[index].isAvailable = said.isAvailable
          view.databases[index].unavailability = said.because
        } else if answer.code != 404 {
          view.troubles.append(refusal(answer, path).description)
        }
      case .failure(let failure)?: view.troubles.append(failure.description)
      case nil: break
      }
    }
  }

  /// A piece that every version has, and without which the rest means nothing.
  private func needed<Value>(
    _ path: String, _ answers: Answers, _ read: (JSONValue) throws(ReadingError) -> Value
  ) throws(RestFailure) -> Value {
    let answer = try answers[path]?.get() ?? RestAnswer(code: 0, value: nil)
    guard answer.code == 200, let value = answer.value else { throw refusal(answer, path) }
    return try self.value(value, read)
  }

  /// A piece that old versions do not have; what else keeps it from us is noted.
  private func optional<Value>(
    _ path: String, _ answers: Answers, _ view: inout Enterprise.RestView,
    _ read: (JSONValue) throws(ReadingError) -> Value
  ) -> Value? {
    do throws(RestFailure) {
      if case .success(let answer)? = answers[path], answer.code == 404 { return nil }
      return try needed(path, answers, read)
    } catch {
      view.troubles.append(error.description)
      return nil
    }
  }

  private func value<Value>(
    _ value: JSONValue, _ read: (JSONValue) throws(ReadingError) -> Value
  ) throws(RestFailure) -> Value {
    do throws(ReadingError) {
      return try read(value)
    } catch {
      throw RestFailure(.malformed, error.from(place).description)
    }
  }

  /// What an answer means that is none.
  private func refusal(_ answer: RestAnswer, _ path: String) -> RestFailure {
    let request = "GET \(path.prefix { $0 != "?" })"
    let said = [answer.value?["error_code"]?.string, answer.value?["description"]?.string]
      .compactMap(\.self).filter { !$0.isEmpty }.map(Quotation.quoted).joined(separator: ", ")
    let words = said.isEmpty ? "" : " (\(said))"
    switch answer.code {
    case 200: return .malformed("is empty", request, at: place)
    case 401:
      return RestFailure(
        .unauthorized,
        "\(place) does not know the login of rest in the profile: the user or the password is wrong. It was not tried on "
          + "another node")
    case 403:
      return RestFailure(
        .forbidden,
        "the user of rest in the profile may not ask \(request) at \(place): give it the role cluster_viewer, "
          + "cluster_member or admin; the roles db_viewer, db_member and none do not do")
    case 404:
      return RestFailure(
        .missing, "\(place) has no \(request)\(words): look whether that is the REST API of a cluster, port 9443")
    case 500...599:
      return RestFailure(
        .unavailable,
        "\(place) answers \(answer.code) to \(request)\(words): the node is not in the cluster, or the cluster has no "
          + "quorum; look at `rladmin status`")
    default: return RestFailure(.refused, "\(place) answers \(answer.code) to \(request)\(words)")
    }
  }
}
