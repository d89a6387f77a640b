// The words of `rladmin status`, made into a report.

import SystemIO

extension Simulator.Rladmin {
  func status(_ cluster: Simulator.Cluster) throws(Simulator.Refusal) {
    var report = Simulator.StatusReport(cluster, on: call.node)
    report.now = WallClock.milliseconds
    var section: Simulator.StatusReport.Section?
    var rest = call.words.dropFirst()
    while let word = rest.popFirst() {
      switch word {
      case "extra":
        guard let name = rest.popFirst() else { throw Self.usage }
        if name == "all" {
          report.extras = Set(Simulator.Extra.allCases)
        } else if let extra = Simulator.Extra(rawValue: name) {
          report.extras.insert(extra)
        } else {
          throw Self.usage
        }
      case "issues_only": report.isIssuesOnly = true
      case "node":
        guard let id = rest.popFirst().flatMap({ Int($0) }) else { throw Self.usage }
        guard cluster.node(id) != nil else { throw Simulator.Refusal(Simulator.Phrase.noNode("\(id)")) }
        report.node = id
      case "db":
        guard let name = rest.popFirst() else { throw Self.usage }
        guard let database = cluster.database(called: name) else {
          throw Simulator.Refusal(Simulator.Phrase.noDatabase(name))
        }
        report.database = database.id
      case "sort":
        // Titles up to the next word that is none.
        while let name = rest.first, name == name.uppercased() {
          report.sorting.append(name)
          rest = rest.dropFirst()
        }
      default:
        guard section == nil, let named = Simulator.StatusReport.Section(rawValue: word) else { throw Self.usage }
        section = named
      }
    }
    call.say(report.lines(section, colored: call.speech.isTerminal))
  }
}
