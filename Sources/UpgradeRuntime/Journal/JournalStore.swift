// Where the lines of a journal go: a file, or whatever a test puts in its place.
package import SystemIO

/// Something that keeps bytes in order, durably. Called from one thread, and may block.
package protocol JournalStore: Sendable {
  /// Adds bytes, all or none; they are durable when this returns.
  ///
  /// - Parameter usingReserve: whether the room kept for a full disk may be used up for them.
  func append(_ bytes: [UInt8], usingReserve: Bool) throws(JournalError)
}

/// The journal's file.
package final class JournalFile: JournalStore {
  private let file: AppendFile

  /// Creates the file, which must not be there; a full disk or a directory that cannot be written says so here,
  /// before anything else happens.
  package init(creating path: String) throws(SystemError) {
    file = try AppendFile(creating: path)
  }

  /// Goes on behind the `length` bytes that were read; a torn piece behind them is cut off.
  package init(opening path: String, length: Int) throws(JournalError) {
    do throws(SystemError) {
      file = try AppendFile(opening: path)
      if file.length > length { try file.truncate(to: length) }
    } catch {
      throw Self.error(error)
    }
  }

  package func append(_ bytes: [UInt8], usingReserve: Bool) throws(JournalError) {
    do throws(SystemError) {
      try file.append(bytes, usingReserve: usingReserve)
    } catch {
      throw Self.error(error)
    }
  }

  static func error(_ error: SystemError) -> JournalError {
    switch error.code {
    case .noSpace, SystemError.Code.tooBig:
      JournalError(
        .full, "\(error)",
        remedy: "Nothing more is begun until it can be recorded: free some space, then `redis-upgrade resume`.")
    case .ioError:
      JournalError(
        .lost, "\(error)",
        remedy: "The disk failed under the journal; nothing more is begun. Look at the disk, then at "
          + "`redis-upgrade status`.")
    default:
      JournalError(
        .unusable, "\(error)", remedy: "Nothing more is begun; see to the file, then `redis-upgrade resume`.")
    }
  }
}
