/// One line or stanza of a machine's package sources (apt's sources.list(5), both of its formats).
package struct AptSource: Equatable, Sendable {
  package var uris: [String]
  package var suites: [String]
  package var components: [String]
  /// Keyring files, or a key written out; empty where the entry names none.
  package var signedBy: String

  package init(uris: [String], suites: [String], components: [String], signedBy: String = "") {
    self.uris = uris
    self.suites = suites
    self.components = components
    self.signedBy = signedBy
  }
}

/// Reads the two formats in which a machine says where its packages come from.
package enum AptSources {
  /// The binary sources of a one-line file (`*.list`): `deb [signed-by=...] uri suite component...`.
  package static func oneLine(_ text: String) -> [AptSource] {
    text.split(whereSeparator: \.isNewline).compactMap { line in
      var rest = Substring(line.prefix { $0 != "#" })
      guard let type = word(&rest), type == "deb" else { return nil }
      var signedBy = ""
      rest = rest.drop(while: \.isWhitespace)
      if rest.first == "[" {
        guard let end = rest.firstIndex(of: "]") else { return nil }
        for option in rest[rest.index(after: rest.startIndex)..<end].split(whereSeparator: \.isWhitespace)
        where option.lowercased().hasPrefix("signed-by=") {
          signedBy = String(option.dropFirst("signed-by=".count))
        }
        rest = rest[rest.index(after: end)...]
      }
      guard let uri = word(&rest), let suite = word(&rest) else { return nil }
      return AptSource(
        uris: [String(uri)], suites: [String(suite)],
        components: rest.split(whereSeparator: \.isWhitespace).map(String.init), signedBy: signedBy)
    }
  }

  /// The enabled binary sources of a deb822 file (`*.sources`): stanzas of `Field: value`, continued by indented lines.
  package static func stanzas(_ text: String) -> [AptSource] {
    var result: [AptSource] = []
    var fields: [String: String] = [:]
    var current = ""
    func close() {
      defer { fields = [:] }
      func words(_ name: String) -> [String] {
        (fields[name] ?? "").split(whereSeparator: \.isWhitespace).map(String.init)
      }
      guard words("types").contains("deb"), words("enabled").first?.lowercased() != "no", !words("uris").isEmpty
      else { return }
      result.append(
        AptSource(
          uris: words("uris"), suites: words("suites"), components: words("components"),
          signedBy: fields["signed-by"] ?? ""))
    }
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      // A comment may stand inside a stanza, and does not end it.
      if line.first == "#" { continue }
      if line.allSatisfy(\.isWhitespace) {
        close()
      } else if line.first == " " || line.first == "\t" {
        fields[current, default: ""] += "\n" + line.drop(while: \.isWhitespace)
      } else if let colon = line.firstIndex(of: ":") {
        current = line[..<colon].lowercased()
        fields[current] = String(line[line.index(after: colon)...].drop(while: \.isWhitespace))
      }
    }
    close()
    return result
  }

  private static func word(_ rest: inout Substring) -> Substring? {
    rest = rest.drop(while: \.isWhitespace)
    let found = rest.prefix { !$0.isWhitespace }
    rest = rest.dropFirst(found.count)
    return found.isEmpty ? nil : found
  }
}

/// The mirror of Debian's own archive that this machine already uses.
package struct DebianMirror: Equatable, Sendable {
  package let uri: String

  package init(uri: String) { self.uri = uri }

  /// Names under which an archive carries a whole Debian release.
  private static let codenames: Set<String> = [
    "buster", "bullseye", "bookworm", "trixie", "forky", "duke", "sid", "oldoldstable", "oldstable", "stable",
    "testing", "unstable",
  ]

  /// The likeliest mirror among the sources, nil if none holds a Debian release.
  ///
  /// Other vendors name their suites after Debian's too, so that an address that ends in `debian` or a source that is
  /// signed by Debian's own keyring goes first. Suites laid over a release (security, updates) tell nothing, as
  /// security has a mirror of its own.
  package static func chosen(from sources: [AptSource]) -> DebianMirror? {
    let candidates = sources.filter { source in
      source.components.contains("main") && source.suites.contains { codenames.contains($0) }
        && source.uris.contains { !$0.hasPrefix("cdrom:") }
    }
    func isSurelyDebian(_ source: AptSource) -> Bool {
      source.signedBy.contains("debian-archive") || source.uris.contains { trimmed($0).hasSuffix("/debian") }
    }
    guard let source = candidates.first(where: isSurelyDebian) ?? candidates.first,
      let uri = source.uris.first(where: { !$0.hasPrefix("cdrom:") })
    else { return nil }
    return DebianMirror(uri: trimmed(uri))
  }

  /// The mirror that the machine's own sources name.
  package static func ofThisMachine(_ sourcesDirectory: String = "/etc/apt") throws(LabError) -> DebianMirror {
    var sources: [AptSource] = []
    if let text = try? LabFiles.read("\(sourcesDirectory)/sources.list") { sources += AptSources.oneLine(text) }
    let parts = "\(sourcesDirectory)/sources.list.d"
    for name in (try? LabFiles.list(parts)) ?? [] {
      guard let text = try? LabFiles.read("\(parts)/\(name)") else { continue }
      if name.hasSuffix(".list") { sources += AptSources.oneLine(text) }
      if name.hasSuffix(".sources") { sources += AptSources.stanzas(text) }
    }
    guard let mirror = chosen(from: sources) else {
      throw LabError(
        .noMirror, "This machine's package sources (\(sourcesDirectory)) name no mirror of Debian",
        remedy: "Put a server of the wanted release on the PATH, or run the lab on a Debian machine.")
    }
    return mirror
  }

  private static func trimmed(_ uri: String) -> String {
    var uri = uri
    while uri.hasSuffix("/") { uri.removeLast() }
    return uri
  }
}
