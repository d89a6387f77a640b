package import UpgradeCore

/// The few lines of shell that stand in the store as `redis-server`, in front of the real file.
///
/// It replaces itself by the server (`exec`), so that the pid that a caller started is the server's own, and finds
/// everything beside itself, so that a link to it works from anywhere. With a suite's own libraries it goes through a
/// copy of that suite's dynamic loader that bears the server's name: the kernel calls a process after the file that it
/// executed, and `redis-server` is what an operator looks for.
package enum Launcher {
  /// Where the files are, relative to an entry of the store.
  package static func binary(_ product: Product) -> String { "bin/\(product.rawValue)-server" }
  package static func loader(_ product: Product) -> String { "loader/\(product.rawValue)-server" }
  package static let libraries = "lib"

  package static func text(for product: Product, libraries: ServerSource.Libraries) -> String {
    let command =
      switch libraries {
      case .machine: "\"$here/\(binary(product))\""
      case .suite:
        "\"$here/\(loader(product))\" --inhibit-cache --library-path \"$here/\(Self.libraries)\" "
          + "\"$here/\(binary(product))\""
      }
    return """
      #!/bin/sh
      here=$(readlink -f "$0") || exit 127
      here=${here%/*}
      exec \(command) "$@"

      """
  }
}
