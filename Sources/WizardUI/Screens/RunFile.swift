// Where a file of the run is, in the columns that there are for it.

import SystemIO
import UpgradeCore

/// A file, named so that it can be found: a path that is cut leads nowhere.
struct RunFile {
  let path: String
  let paths: RunPaths

  /// The whole path where it fits, else its place in the run's folder, which the journal's page and the report name.
  func words(columns: Int) -> String {
    let folder = Files.directory(of: paths.journal) + "/"
    guard path.displayColumns > columns, !paths.journal.isEmpty, path.hasPrefix(folder) else { return path }
    return path.dropFirst(folder.count) + " in the run's folder"
  }
}
