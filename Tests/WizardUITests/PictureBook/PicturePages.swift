// The pages of the book of pictures: each screen, what lies over it, the watcher's, the widgets, the small notice.
import SystemIO
import Testing

@testable import UpgradeCore
@testable import UpgradeRuntime
@testable import WizardUI

enum PicturePages {
  static let all: [PicturePage] = steps + pages + dialogs + replication + enterprise + watched + rest

  private static let steps = [
    PicturePage("checks that fail", CheckScene.picture(CheckScene.failing)),
    PicturePage("checks under way", CheckScene.picture([], running: Set(Rulebook.all.map(\.name)))),
    PicturePage("checks filtered", CheckScene.picture(CheckScene.failing), keys: "/save"),
    PicturePage("plan", RunScene.plan.picture),
    PicturePage("nodes, one is asked for", RunScene.secondNode.picture),
    PicturePage("nodes, a command runs", commandPicture),
    PicturePage("finish", RunScene.finishing.picture),
    PicturePage("report", RunScene.done.picture),
    PicturePage("training", dressed(RunScene.secondNode.picture) { $0.kind = .training }),
  ]

  private static let pages = [
    PicturePage("commands", RunScene.secondNode.picture, keys: "c"),
    PicturePage("output", commandPicture, keys: "v"),
    PicturePage("health", RunScene.secondNode.picture, keys: "h"),
    PicturePage("journal", RunScene.secondNode.picture, keys: "lkk"),
    PicturePage("journal searched", RunScene.secondNode.picture, keys: "l/settled"),
    PicturePage("help", RunScene.secondNode.picture, keys: "?"),
  ]

  private static let dialogs = [
    PicturePage("a hand-over", RunScene.handOver.picture),
    PicturePage("a problem", RunScene.failedInstall.picture),
    PicturePage("a gate that does not hold", RunScene.redGate.picture),
    PicturePage("an override", RunScene.redGate.picture, keys: "o"),
    PicturePage("leaving", RunScene.stopping.picture, keys: "q"),
    PicturePage("holding", RunScene.stopping.picture, keys: "<C-c>"),
    PicturePage(name: "attached") { size in
      var script = ScreenScript(columns: size.columns, rows: size.rows, fixed: commandPicture)
      script.press("v")
      script.fixed?.output?.keyboard = .attached
      script.tell(.press(KeyPress(.character("a"))))
      return PicturePage.drawing(script)
    },
    PicturePage(name: "ssh asks") { size in
      var script = ScreenScript(columns: size.columns, rows: size.rows, fixed: RunScene.secondNode.picture)
      script.tell(
        .asked(AccessQuestion(number: 1, kind: .secret, text: "Enter passphrase for key '/home/ops/.ssh/id_ed25519': "))
      )
      script.settle()
      return PicturePage.drawing(script)
    },
  ]

  private static let replication = [
    PicturePage("replication, plan", ReplicationScenes.plan),
    PicturePage("replication, nodes", ReplicationScenes.secondNode),
    PicturePage("replication, a hand-over", ReplicationScenes.handOver),
    PicturePage("replication, the way back closes", ReplicationScenes.oldPrimary),
    PicturePage("replication, health", ReplicationScenes.oldPrimary, keys: "<Esc>h"),
    PicturePage("sentinels, plan", ReplicationScenes.watchedPlan),
    PicturePage("sentinels, a hand-over", ReplicationScenes.watchedHandOver),
    PicturePage("sentinels, one of them", ReplicationScenes.sentinel),
    PicturePage("sentinels, health", ReplicationScenes.sentinelNews, keys: "h"),
    PicturePage("a single server, an outage", ReplicationScenes.outage),
  ]

  private static let enterprise = [
    PicturePage("enterprise, plan", EnterpriseScenes.plan),
    PicturePage("enterprise, an outage of a node", EnterpriseScenes.node),
    PicturePage("enterprise, a setting that stays", EnterpriseScenes.setting),
    PicturePage("enterprise, a database", EnterpriseScenes.database),
    PicturePage("enterprise, nothing keeps the data", EnterpriseScenes.unprotected),
    PicturePage("enterprise, an installer failed", EnterpriseScenes.failed),
    PicturePage("enterprise, health", EnterpriseScenes.away, keys: "<Esc>h"),
  ]

  private static let watched = [
    PicturePage("watching, no run", WatchScene.idle),
    PicturePage("watching, the operator is asked", WatchScene.asked),
    PicturePage("watching, a command runs", WatchScene.running),
    PicturePage("watching, a key that would change something", WatchScene.running, keys: "p"),
    PicturePage("watching, a problem", WatchScene.problem),
    PicturePage("watching, the wizard is gone", WatchScene.gone),
    PicturePage("watching, the folder is gone", WatchScene.removed),
    PicturePage("watching, the run is done", WatchScene.done),
    PicturePage("watching, leaving", WatchScene.asked, keys: "q"),
  ]

  private static let rest = [
    PicturePage(name: "start") { size in
      let model = StartModel(size: size, runs: StartScreenTests.runs)
      return { model.frame(size, glyphs: $0).canvas }
    },
    PicturePage("widgets", widgets: EverySizeTests.widgets, rows: 8),
    PicturePage(
      name: "too small", sizes: [Size(columns: 46, rows: 12), Size(columns: 300, rows: 15), Size(columns: 20, rows: 5)]
    ) { size in
      PicturePage.drawing(
        ScreenScript(columns: size.columns, rows: size.rows, fixed: RunScene.secondNode.picture))
    },
  ]

  private static func dressed(_ picture: RunPicture, _ change: (inout RunPicture) -> Void) -> RunPicture {
    var picture = picture
    change(&picture)
    return picture
  }

  /// The stop of a node, which prints and may be asking something.
  private static let commandPicture = dressed(RunScene.stopping.picture) { picture in
    var screen = CommandScreen()
    screen.resize(TerminalSize(rows: 14, columns: 76))
    screen.feed(
      Array(
        ("Reading package lists... Done\r\n\u{1B}[1;33mWarning:\u{1B}[0m a \u{1B}[31mred\u{1B}[0m word\r\n日本語 é ✓\r\n"
          + "*** redis.conf (Y/I/N/O/D/Z) [default=N] ? ").utf8))
    var output = CommandOutput(
      command: "apt-get install -y redis-server=7.0.15", node: "10.0.3.13:6379", lines: [], rows: screen.rows,
      rowsGone: 0, status: nil, path: "/var/lib/redis-upgrade/2026-11-20-1/output/stop-4f1e-1.txt")
    output.id = picture.state.inFlight?.effect
    output.keyboard = .free
    output.cursor = screen.cursor
    output.heardAt = picture.now + .seconds(-9)
    output.isUnfinished = true
    picture.output = output
  }
}
