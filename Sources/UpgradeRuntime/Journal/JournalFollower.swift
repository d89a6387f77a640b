package import SystemIO

/// Follows a journal that another process writes: each call gives what was added since the last.
package struct JournalFollower: Sendable {
  package let path: String
  private var reading: JournalReading?
  private var seen = 0
  private var size = -1

  package init(_ path: String) { self.path = path }

  /// The entries that are new; empty where nothing was added. A line that is being written is not one yet.
  package mutating func next() throws(SystemError) -> [JournalEntry] {
    // A resume cuts a torn line off and goes on, so that the size alone may stay the same for a moment only.
    let size = try Files.size(path)
    guard size != self.size else { return [] }
    self.size = size
    let reading = JournalReading(try Files.read(path, limit: JournalReading.largest))
    defer { seen = reading.entries.count }
    self.reading = reading
    return Array(reading.entries.dropFirst(seen))
  }

  /// What everything that was read so far comes to; nil before the first call.
  package var latest: JournalReading? { reading }
}

extension JournalReading {
  /// The largest journal that is read, in bytes.
  static let largest = 1 << 29

  /// Reads a journal's file.
  package init(file path: String) throws(SystemError) {
    self.init(try Files.read(path, limit: Self.largest))
  }
}
