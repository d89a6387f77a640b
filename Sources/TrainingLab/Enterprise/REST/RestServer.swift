import SystemIO

extension Simulator {
  /// Serves one node's REST API over TLS, for as long as its services run.
  struct RestServer: Sendable {
    let store: Store
    let node: Int
    let view: ClusterView
    /// What the node shows wherever it speaks TLS.
    let context: TLSContext
    private let password: String

    init(_ store: Store, node: Int, view: ClusterView) throws(LabError) {
      self.store = store
      self.node = node
      self.view = view
      password = try store.password(in: store.passwordFile)
      do throws(TLSError) {
        context = try TLSContext(serving: store.certificate, key: store.key)
      } catch {
        throw LabError(
          .damagedRecord, "The certificate of the cluster cannot be used: \(error)",
          remedy: "End the lab and start another.")
      }
    }

    /// Answers one client until it goes.
    func serve(_ connection: Connection) async {
      guard let stream = try? await TLSStream.accept(over: connection, context, within: .seconds(10)) else { return }
      defer { stream.close() }
      var buffer: [UInt8] = []
      while let count = try? await stream.read(upTo: 1 << 16, appendingTo: &buffer), count > 0 {
        do throws(HTTPFault) {
          while let request = try HTTPRequest.take(from: &buffer) {
            let answer = await answer(request)
            guard (try? await stream.write(answer.bytes, within: .seconds(10))) != nil else { return }
            if request.headers["connection"]?.lowercased() == "close" { return }
          }
        } catch {
          try? await stream.write(HTTPAnswer.error(400, "bad_request", "no HTTP request").bytes)
          return
        }
      }
    }

    private func answer(_ request: HTTPRequest) async -> HTTPAnswer {
      guard request.isFrom(user: RestAccess.user, password: password) else {
        return .error(401, "unauthorized", "bad or missing credentials")
      }
      return await changed(request) ?? RestAPI(view.cluster, on: node).answer(request)
    }
  }
}
