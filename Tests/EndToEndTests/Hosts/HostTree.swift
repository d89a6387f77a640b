// The Debian that the hosts of the tests are copies of: made once by debootstrap, kept among the user's caches.

import SystemIO
import Testing
import TrainingLab
import UpgradeRuntime

/// One tree of files, whole or not there at all.
enum HostTree {
  struct NotMade: Error, CustomStringConvertible {
    let description: String
  }

  /// Where the tree is; made where it is not yet, which takes a minute or two.
  static func path(on loop: EventLoop) async throws -> String {
    let environment = Host.environment
    let caches = environment["XDG_CACHE_HOME"] ?? "\(environment["HOME"] ?? "")/.cache"
    let folder = "\(caches)/redis-upgrade/hosts"
    // Another script makes another tree.
    let version = SHA256.hexadecimal(Array(HostScripts.tree.utf8)).prefix(12)
    let tree = "\(folder)/bullseye-\(version)"
    if Files.exists(tree) { return tree }
    let mirror = try DebianMirror.ofThisMachine().uri
    try Files.makeDirectories(folder, mode: 0o755)
    // One at a time, and in a mount namespace of its own: what debootstrap mounts is gone with it. Its processes, too.
    let made = try await ChildProcess.run(
      ChildCommand(
        "flock",
        [
          "--timeout", "900", "\(folder)/.lock", "unshare", "--mount", "--pid", "--fork", "--kill-child",
          "--propagation", "private", "bash", "-c",
          """
          [ -e "$1" ] && exit
          rm -rf --one-file-system "$1.new"
          bash -c "$3" tree "$1.new" "$2" && mv "$1.new" "$1"
          """,
          "tree", tree, mirror, HostScripts.tree,
        ]), on: loop, within: .seconds(900))
    guard made.status.isSuccess else {
      let said = String(decoding: made.output.suffix(2000) + made.errorOutput.suffix(2000), as: UTF8.self)
      throw NotMade(description: "a Debian 11 could not be made by debootstrap: \(made.status)\n\(said)")
    }
    return tree
  }
}
