// The files of a simulated cluster besides its state: programs, installers, passwords, certificate, README.

import SystemIO
import UpgradeCore
import UpgradeRuntime

extension Simulator {
  struct LabLayout: Sendable {
    let store: Store
    /// redis-upgrade's own file.
    let program: String

    /// All that stands in the lab's folder besides its record.
    static let names = [
      "secrets", "tls", "shards", "software", "processes", "nodes", "README.md", "access.json", LabProfile.fileName,
      Store.fileName, "state.lock",
    ]

    private var folder: String { store.folder }

    /// Everything that does not depend on processes.
    func write(_ cluster: Cluster) async throws(LabError) {
      for name in ["secrets", "tls", "shards", "software", "processes"] {
        try LabFiles.makeDirectory("\(folder)/\(name)")
      }
      try secret(store.passwordFile)
      for database in cluster.databases { try secret(store.passwordFile(ofDatabase: database.id)) }
      try await certificate(cluster)
      for node in cluster.nodes { try await self.node(node, in: cluster) }
      try LabFiles.write(ReadMe.text(of: cluster, folder: folder), to: "\(folder)/README.md")
      try LabFiles.write(
        LabProfile.enterprise(
          directory: folder, user: RestAccess.user, passwordFile: store.passwordFile, certificate: store.certificate,
          port: cluster.restPort,
          databases: cluster.databases.map { database in
            LabProfile.DatabaseLogin(
              name: database.name, passwordFile: store.passwordFile(ofDatabase: database.id),
              certificate: database.usesTLS ? store.certificate : nil)
          }), to: "\(folder)/\(LabProfile.fileName)")
      try access(cluster)
      try store.write(cluster)
    }

    private func secret(_ file: String) throws(LabError) {
      try LabFiles.write(randomBytes(12).map { String($0, radix: 16) }.joined() + "\n", to: file, mode: 0o600)
    }

    /// Self-signed, as a new cluster's is; for every address at which a node answers.
    private func certificate(_ cluster: Cluster) async throws(LabError) {
      let names = cluster.nodes.map { "IP:\($0.address)" } + ["DNS:\(cluster.name)", "DNS:localhost"]
      let outcome = try await Programs(on: store.loop).run(
        "openssl",
        ["req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-days", "3650"]
          + ["-subj", "/CN=\(cluster.name)", "-addext", "subjectAltName=\(names.joined(separator: ","))"]
          + ["-keyout", store.key, "-out", store.certificate], within: .seconds(20))
      guard outcome.isSuccess else {
        throw LabError(
          .toolFailed, "The certificate of the cluster cannot be made: \(outcome.lastLine)",
          remedy: "See whether openssl is version 3.")
      }
    }

    // MARK: - Nodes

    private func node(_ node: Node, in cluster: Cluster) async throws(LabError) {
      let place = store.folder(ofNode: node.id)
      let programs = "\(place)/opt/redislabs/bin"
      for folder in [programs, "\(place)/var/opt/redislabs/log", "\(place)/installer"] {
        try LabFiles.makeDirectory(folder)
      }
      for name in ["rladmin", "rlcheck", "supervisorctl"] {
        try LabFiles.write(wrapper(name, place), to: "\(programs)/\(name)", mode: 0o755)
      }
      try await installer(node, cluster.target, in: "\(place)/installer")
    }

    /// Puts another version's package in the place of what every node's installer folder holds, unpacked or not.
    func bring(_ cluster: Cluster) async throws(LabError) {
      for node in cluster.nodes {
        let place = "\(store.folder(ofNode: node.id))/installer"
        try LabFiles.remove(place)
        try LabFiles.makeDirectory(place)
        try await installer(node, cluster.target, in: place)
      }
      try access(cluster)
    }

    /// The vendor's package is a tar with `install.sh` in it; beside it stands what its digest must be.
    private func installer(_ node: Node, _ version: Version, in place: String) async throws(LabError) {
      let tar = "redislabs-\(version)-jammy-amd64.tar"
      let content = "\(place)/.content"
      try LabFiles.makeDirectory(content)
      let words = wrapper("install.sh", store.folder(ofNode: node.id), "--package", version.description)
      try LabFiles.write(words, to: "\(content)/install.sh", mode: 0o755)
      try LabFiles.write("A simulated package: there is no software in it.\n", to: "\(content)/README")
      let outcome = try await Programs(on: store.loop).run(
        "tar", ["cf", "\(place)/\(tar)", "-C", content, "install.sh", "README"], within: .seconds(20))
      guard outcome.isSuccess else {
        throw LabError(.toolFailed, "The installer cannot be packed: \(outcome.lastLine)", remedy: "Install tar.")
      }
      try LabFiles.remove(content)
      let bytes: [UInt8]
      do throws(SystemError) {
        bytes = try Files.read("\(place)/\(tar)")
      } catch {
        throw LabError(.directoryUnusable, "The installer cannot be read: \(error)", remedy: "Try again.")
      }
      try LabFiles.write("\(SHA256.hexadecimal(bytes))  \(tar)\n", to: "\(place)/SHA256SUMS")
    }

    /// A program of a node: this one, called by its hidden name, so that terminal, input and exit code are its own.
    private func wrapper(_ name: String, _ node: String, _ words: String...) -> String {
      let call = ([program, "simulate", name, node] + words).map(LabProfile.shellQuoted).joined(separator: " ")
      return """
        #!/bin/sh
        # \(name) of a SIMULATED Redis Enterprise node, see README.md of the lab.
        exec \(call) "$@"

        """
    }

    // MARK: - access.json

    /// Where everything is, for whoever writes a profile.
    private func access(_ cluster: Cluster) throws(LabError) {
      let nodes = cluster.nodes.map { node -> JSONValue in
        let place = store.folder(ofNode: node.id)
        return .object([
          "id": .integer(node.id), "address": .string(node.address), "folder": .string(place),
          "bin": .string("\(place)/opt/redislabs/bin"), "installer": .string("\(place)/installer"),
          "log": .string("\(place)/var/opt/redislabs/log"),
          "rest": .string("https://\(node.address):\(cluster.restPort)"),
        ])
      }
      let databases = cluster.databases.map { database -> JSONValue in
        .object([
          "id": .integer(database.id), "name": .string(database.name),
          "port": .integer(database.port),
          "endpoints": .array(
            database.endpoints.compactMap { cluster.node($0) }.map { .string("\($0.address):\(database.port)") }),
          "passwordFile": .string(store.passwordFile(ofDatabase: database.id)),
        ])
      }
      let access = JSONValue.object([
        "simulated": true, "cluster": .string(cluster.name),
        "version": .string(cluster.oldestVersion?.description ?? ""),
        "target": .string(cluster.target.description),
        "package": .string("redislabs-\(cluster.target)-jammy-amd64.tar"),
        "certificate": .string(store.certificate), "user": .string(RestAccess.user),
        "passwordFile": .string(store.passwordFile), "state": .string(store.path),
        "nodes": .array(nodes), "databases": .array(databases),
      ])
      try LabFiles.write(access.text + "\n", to: "\(folder)/access.json")
    }
  }

  /// Who may ask the REST API.
  package enum RestAccess {
    package static let user = "admin@cluster.local"
  }
}
