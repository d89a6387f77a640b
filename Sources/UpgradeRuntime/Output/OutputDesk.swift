// Draws what commands print, away from the loop: whatever a command prints, health and hand-overs do not wait for it.

import Synchronization
import SystemIO
import UpgradeCore

/// Takes output as it comes, and shows rows at a pace that eyes can follow.
final class OutputDesk: Sendable {
  /// What a pane shows of one command.
  struct View: Sendable {
    var job: HostJob
    var rows: [OutputRow]
    var rowsGone: Int
    var cursor: CommandOutput.Cursor?
    var wantsApplicationKeys = false
  }

  /// Pictures of output follow each other no faster than this.
  static let pace: Duration = .milliseconds(50)

  private struct Inbox: Sendable {
    /// A command that began after what was drawn last.
    var job: HostJob?
    var isNew = false
    var bytes: [UInt8] = []
    var size: TerminalSize?
    var isWorking = false
  }

  private struct Drawing: ~Copyable {
    var job: HostJob?
    var screen = CommandScreen()
  }

  private let loop: EventLoop
  /// Whoever prints a lot must not keep the screen and the servers waiting; nil where no more threads are to be had.
  private let painter: WorkerPool?
  private let inbox = Mutex(Inbox())
  private let drawing = Mutex(Drawing())
  private let show: @Sendable (View) async -> Void

  /// `show` hears of each new view, on the loop, one after the other.
  init(loop: EventLoop, show: @escaping @Sendable (View) async -> Void) {
    self.loop = loop
    painter = try? WorkerPool(name: "painter", threads: 1, givesWay: true)
    self.show = show
  }

  func take(_ job: HostJob, _ news: HostNews) {
    switch news {
    case .began:
      leave { inbox in
        inbox.job = job
        inbox.isNew = true
        inbox.bytes = []
      }
    case .printed(let bytes): leave { $0.bytes += bytes }
    case .ended: break
    }
  }

  func resize(_ size: TerminalSize) {
    leave { $0.size = size }
  }

  private func leave(_ change: (inout Inbox) -> Void) {
    let mustBegin = inbox.withLock { inbox in
      change(&inbox)
      defer { inbox.isWorking = true }
      return !inbox.isWorking
    }
    if mustBegin { loop.task { [self] in await work() } }
  }

  private func work() async {
    while let news = take() {
      // Drawing blocks nothing and takes a while, so it has no place on the loop.
      let work = { @Sendable [self] () throws(SystemError) in draw(news) }
      let view = if let painter { try? await painter.run(work) } else { try? await loop.blocking(work) }
      if let view = view.flatMap({ $0 }) { await show(view) }
      // Cancelled it only goes on faster.
      do throws(CancellationError) { try await loop.sleep(for: Self.pace) } catch {}
    }
  }

  /// What came since; nil where nothing did, and then nobody is at work any more.
  private func take() -> Inbox? {
    inbox.withLock { inbox in
      guard inbox.isNew || !inbox.bytes.isEmpty || inbox.size != nil else {
        inbox.isWorking = false
        return nil
      }
      defer {
        inbox.isNew = false
        inbox.bytes = []
        inbox.size = nil
      }
      return inbox
    }
  }

  private func draw(_ news: Inbox) -> View? {
    drawing.withLock { drawing in
      if news.isNew {
        let size = drawing.screen.size
        drawing = Drawing(job: news.job)
        if let size { drawing.screen.resize(size) }
      }
      if let size = news.size { drawing.screen.resize(size) }
      drawing.screen.feed(news.bytes)
      guard let job = drawing.job, drawing.screen.size != nil else { return nil }
      return View(
        job: job, rows: drawing.screen.rows, rowsGone: drawing.screen.rowsGone, cursor: drawing.screen.cursor,
        wantsApplicationKeys: drawing.screen.wantsApplicationKeys)
    }
  }
}
