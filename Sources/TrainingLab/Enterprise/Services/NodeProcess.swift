import SystemIO

extension Simulator {
  /// The long-lived process of one node: its proxy and its REST API, which come and go with the node's services.
  actor NodeProcess: LoopBound {
    nonisolated let loop: EventLoop
    private let store: Store
    private let node: Int
    private let view: ClusterView
    private var proxies: [Int: Proxy] = [:]
    private var sessions = 0
    private let rest: RestServer
    private var restProxy: Proxy?

    /// How often endpoints are opened and closed as the state says.
    private static let rhythm = Duration.milliseconds(20)

    /// What listens for a database or for the REST API on this node, with its clients.
    private final class Proxy {
      let listener: Listener
      let port: Int
      var clients: [Int: Connection] = [:]

      init(_ listener: Listener, port: Int) {
        self.listener = listener
        self.port = port
      }

      func close() {
        listener.close()
        for client in clients.values { client.close() }
      }
    }

    init(_ store: Store, node: Int) throws(LabError) {
      loop = store.loop
      self.store = store
      self.node = node
      view = try ClusterView(store)
      rest = try RestServer(store, node: node, view: view)
    }

    /// Serves until the process is ended.
    func run() async throws(LabError) {
      let note = try ProcessNote(in: store)
      defer { note.remove() }
      let identity = try ProcessNote.own()
      try await store.change { [node] cluster in cluster.change(node: node) { $0.process = identity } }
      while !Task.isCancelled {
        follow()
        try? await loop.sleep(for: Self.rhythm)
      }
    }

    /// Opens and closes what the state says.
    private func follow() {
      let cluster = view.cluster
      let isRunning = cluster.node(node)?.isRunning == true
      let served = cluster.databases.filter { isRunning && $0.endpoints.contains(node) }
      for (id, proxy) in proxies where !served.contains(where: { $0.id == id && $0.port == proxy.port }) {
        proxy.close()
        proxies[id] = nil
      }
      if !isRunning {
        restProxy?.close()
        restProxy = nil
      } else if restProxy == nil {
        openRest(cluster.restPort)
      }
      for database in served where proxies[database.id] == nil { open(database) }
    }

    private func open(_ database: Database) {
      guard let address = view.cluster.node(node)?.address,
        let listener = try? Listener.listen(on: .tcp(host: address, port: database.port), loop: loop)
      else { return }
      let password = try? store.password(in: store.passwordFile(ofDatabase: database.id))
      let proxy = Proxy(listener, port: database.port)
      proxies[database.id] = proxy
      loop.task { [weak self] in
        while let client = try? await listener.accept() {
          guard let self else { return client.close() }
          await self.serve(client, of: database, password: database.hasPassword ? password : nil)
        }
      }
    }

    private func serve(_ client: Connection, of database: Database, password: String?) {
      guard let proxy = proxies[database.id] else { return client.close() }
      sessions += 1
      let number = sessions
      proxy.clients[number] = client
      loop.task { [weak self, loop, view, context = rest.context] in
        if let stream = await Self.stream(client, isEncrypted: database.usesTLS, context) {
          await ProxySession(
            stream, on: loop, database: database.id, password: password, number: number, view: view
          ).run()
        }
        await self?.left(number, database.id)
      }
    }

    /// nil where the client cannot or will not shake hands.
    private static func stream(
      _ client: Connection, isEncrypted: Bool, _ context: TLSContext
    ) async -> ClientStream? {
      guard isEncrypted else { return .plain(client) }
      guard let stream = try? await TLSStream.accept(over: client, context, within: .seconds(10)) else {
        client.close()
        return nil
      }
      return .encrypted(stream)
    }

    private func openRest(_ port: Int) {
      guard let address = view.cluster.node(node)?.address,
        let listener = try? Listener.listen(on: .tcp(host: address, port: port), loop: loop)
      else { return }
      restProxy = Proxy(listener, port: port)
      loop.task { [weak self] in
        while let client = try? await listener.accept() {
          guard let self else { return client.close() }
          await self.serveRest(client)
        }
      }
    }

    private func serveRest(_ client: Connection) {
      sessions += 1
      let number = sessions
      restProxy?.clients[number] = client
      loop.task { [weak self, rest] in
        await rest.serve(client)
        await self?.leftRest(number)
      }
    }

    private func leftRest(_ number: Int) { restProxy?.clients[number] = nil }

    private func left(_ number: Int, _ database: Int) { proxies[database]?.clients[number] = nil }
  }
}
