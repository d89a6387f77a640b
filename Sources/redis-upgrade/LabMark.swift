// How a throw-away deployment is told from a real one: its profile stands beside the lab's own record.

import SystemIO

enum LabMark {
  /// Whether this profile was written by `lab up`; what the lab itself causes is then a note.
  static func isLab(profile path: String) -> Bool {
    path.contains("/") && Files.exists(Files.directory(of: path) + "/lab.json")
  }
}
