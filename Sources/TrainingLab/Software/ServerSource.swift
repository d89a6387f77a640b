package import UpgradeCore

/// One place that a release of a server can be had from.
package struct ServerSource: Hashable, Sendable {
  /// What holds the server.
  package enum Archive: Hashable, Sendable {
    /// A package of a Debian suite. Its server is `usr/bin/<product>-check-rdb`: the same file under another name
    /// (redis src/Makefile: `install-binaries` links them; Debian keeps one copy in the tools package).
    case package(name: String, suite: DebianSuite)
    /// A wheel of the Python package index, told by its digest because wheels carry no signature.
    case wheel(Wheel)
  }

  /// Which libraries the server runs with.
  package enum Libraries: Hashable, Sendable {
    /// Those of the machine, or the suite's own where the machine lacks some.
    case machine
    /// Those of its own suite, through that suite's own dynamic loader: the machine's C library is another one.
    case suite
  }

  package let release: Release
  package let archive: Archive
  package let libraries: Libraries
  /// The archive moves on: what it held when this row was written may be gone, replaced by a later patch.
  package let drifts: Bool

  package init(_ release: Release, _ archive: Archive, libraries: Libraries, drifts: Bool = false) {
    self.release = release
    self.archive = archive
    self.libraries = libraries
    self.drifts = drifts
  }

  /// Says whether this source may give the wanted release: the very same, or a neighbour where the archive moves on.
  package func mayGive(_ wanted: Release) -> Bool {
    if release == wanted { return true }
    return drifts && release.product == wanted.product && release.version.major == wanted.version.major
      && release.version.minor == wanted.version.minor
  }
}

/// A Debian suite, with the suites that must be read beside it to resolve what its packages need.
package struct DebianSuite: Hashable, Sendable, CustomStringConvertible {
  package let name: String
  /// The suite that this one is laid over; nil for one that stands alone.
  package let base: String?

  package init(_ name: String, over base: String? = nil) {
    self.name = name
    self.base = base
  }

  package var description: String { name }
}

/// One built distribution of the Python package index.
package struct Wheel: Hashable, Sendable {
  package let project: String
  package let version: String
  /// The server's place inside the wheel.
  package let member: String
  /// The interpreter it is tagged for; only a name here, as nothing of it is run by Python.
  package let pythonVersion: String
  package let platform: String
  /// As dpkg calls it.
  package let architecture: String
  package let sha256: String
}
