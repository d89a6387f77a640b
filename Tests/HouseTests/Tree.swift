// The package's own files, found from where this file stands.

import FoundationEssentials
import Testing

/// The tree of this package, as it stands on disk.
struct Tree {
  /// Absolute, without a slash at its end.
  let root: String

  /// Goes up from this file to the directory that holds the manifest.
  init(from file: String = #filePath) throws {
    var parts = file.split(separator: "/").dropLast()
    while !parts.isEmpty, !FileManager.default.fileExists(atPath: "/\(parts.joined(separator: "/"))/Package.swift") {
      parts = parts.dropLast()
    }
    try #require(!parts.isEmpty, "no directory above \(file) holds Package.swift")
    root = "/" + parts.joined(separator: "/")
  }

  /// The names at the top.
  var top: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: root).sorted() }
  }

  /// The files below a path, as paths from the root, sorted; none where there is no such directory.
  func files(below path: String, ending suffix: String = "") throws -> [String] {
    var files: [String] = []
    for name in try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(path)").sorted() {
      let inner = "\(path)/\(name)"
      var isDirectory = false
      guard FileManager.default.fileExists(atPath: "\(root)/\(inner)", isDirectory: &isDirectory) else { continue }
      if isDirectory {
        files += try self.files(below: inner, ending: suffix)
      } else if inner.hasSuffix(suffix) {
        files.append(inner)
      }
    }
    return files
  }

  /// Every file that is part of the project: what stands below the rooms, and the files at the top.
  func everything() throws -> [String] {
    var files: [String] = []
    for name in try top where !Self.machinery.contains(name) {
      var isDirectory = false
      _ = FileManager.default.fileExists(atPath: "\(root)/\(name)", isDirectory: &isDirectory)
      files += isDirectory ? try self.files(below: name) : [name]
    }
    return files
  }

  /// A file's text; nil for a picture or whatever else is not text.
  func text(_ path: String) throws -> String? {
    let bytes = try #require(FileManager.default.contents(atPath: "\(root)/\(path)"), "\(path) cannot be read")
    return String(validating: bytes, as: UTF8.self)
  }

  func lines(_ path: String) throws -> [Substring] {
    try text(path)?.split(separator: "\n", omittingEmptySubsequences: false) ?? []
  }

  /// What git and the package manager keep at the top; no part of the project.
  static let machinery: Set<String> = [".git", ".build", ".swiftpm"]
}
