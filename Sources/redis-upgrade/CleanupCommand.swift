// `redis-upgrade cleanup [RUN]`: puts back what the ledger of a run says is still ours; needs nothing but the ledger.

import SystemIO
import UpgradeCore
import UpgradeRuntime

/// Runs the undo ledger.
struct CleanupCommand {
  let program: Program
  let request: ContinuationRequest

  func run() throws(UsageError) -> Int32 {
    let settings = try program.settings(request.running, request.stateDirectory)
    let credentials = try program.credentials(request.connection, nil)
    let (directory, reading): (RunDirectory, JournalReading)
    do throws(JournalError) {
      (directory, reading) = try RunCatalogue(settings.stateDirectory).find(request.run, for: .goingOn)
    } catch {
      complain(error.description)
      return ExitCode.refused.rawValue
    }
    for sentence in reading.sentences { complain(sentence) }
    // What cannot be read any more does not say how it was reached; then the flags have to.
    let tls = try program.encryption(request.connection.encryption, of: reading.state.setup)
    if let holder = DeploymentLock.holder(of: directory) {
      complain(
        "The run \(directory.id) is driven by \(holder.wizard.user) on \(holder.wizard.host), process "
          + "\(holder.wizard.processID). Nothing was put back: let that wizard end first.")
      return ExitCode.refused.rawValue
    }
    let open = reading.ledger.filter { $0.value.standing == .open }
    guard !open.isEmpty else {
      print("Nothing is left to be put back by the run \(directory.id).")
      for line in reading.state.temporaryLeftOver { print("Not looked at: \(line)") }
      return ExitCode.done.rawValue
    }
    let site = reading.state.setup?.site
    let access = program.access(site?.remote)
    defer { program.end(access) }
    let way = program.way(site?.addresses ?? AddressMap(), site?.remote, access.links)
    let fleet = Fleet(loop: program.loop, settings: program.connection(credentials, tls, way, run: directory.id.text))
    let journal = try? directory.goOn(reading)
    let done = program.asking(access.desk) {
      program.wait { await CleanupCommand.putBack(open, fleet, journal, way) }
    }
    return (done == true ? ExitCode.done : ExitCode.needsPerson).rawValue
  }

  /// Three ways: still ours, put back; the original, because the process was restarted, closed; anything else, asked.
  private static func putBack(
    _ open: [LedgerKey: LedgerEntry], _ fleet: Fleet, _ journal: Journal?, _ way: Way
  ) async -> Bool {
    do throws(FindingError) {
      try await way.prepare()
    } catch {
      complain(error.description)
      return false
    }
    var isComplete = true
    for key in open.keys.sorted() {
      guard var entry = open[key] else { continue }
      let client = await fleet.commander(entry.address)
      let place = "\(key.directive) on \(entry.address)"
      do throws(ClientError) {
        let present = try await client.send(["CONFIG", "GET", key.directive]).map { $0.text ?? "" }.last ?? ""
        if present == entry.ours, present != entry.original {
          _ = try await client.send(["CONFIG", "SET", key.directive, entry.original])
          print("put back: \(place) is \(entry.original) again")
          // A Sentinel that moves a role has all that is set at that moment written down.
          if key.directive == SentinelProcedure.priority { _ = try await client.send(["CONFIG", "REWRITE"]) }
        } else if present == entry.original {
          print("nothing to do: \(place) is \(entry.original) already")
        } else {
          print("left alone: \(place) is \(present); we had set \(entry.ours), before that it was \(entry.original)")
          isComplete = false
          continue
        }
        entry.standing = .closed
        try? await journal?.append([.ledger(key, entry)], at: WallTime(milliseconds: WallClock.milliseconds))
      } catch {
        print("NOT put back: \(place) should be \(entry.original): \(error.sentence)")
        isComplete = false
      }
    }
    return isComplete
  }
}
