// Where lines go; writing must not hold up whoever reads the servers.

package import SystemIO

/// Takes text; whoever writes waits until it is written.
package protocol LineOutput: Sendable {
  /// False: nobody reads any more.
  func write(_ text: String) async -> Bool
}

/// A descriptor, usually standard output, written to on a thread of its own: a pipe may be slow.
package final class DescriptorOutput: LineOutput {
  private let descriptor: Int32
  private let writers: WorkerPool

  package init(_ descriptor: Int32 = 1) throws(SystemError) {
    self.descriptor = descriptor
    writers = try WorkerPool(name: "output", threads: 1)
  }

  package func write(_ text: String) async -> Bool {
    let bytes = Array(text.utf8)
    do {
      try await writers.run { [descriptor] () throws(SystemError) in
        try Files.write(bytes, to: descriptor, path: "standard output")
      }
      return true
    } catch {
      return false
    }
  }
}
