// Facts about the machine and the user that we run on and as.

import CSystem
import Glibc

/// Facts about this machine, this process and its user.
package enum Host {
  /// The process environment, first occurrence first.
  package static var environment: [String: String] {
    var variables: [String: String] = [:]
    guard var entry = unsafe csystem_environment() else { return variables }
    while let line = unsafe entry.pointee {
      let text = unsafe String(cString: line)
      if let equals = text.firstIndex(of: "=") {
        let name = String(text[..<equals])
        if variables[name] == nil { variables[name] = String(text[text.index(after: equals)...]) }
      }
      unsafe entry += 1
    }
    return variables
  }
}
