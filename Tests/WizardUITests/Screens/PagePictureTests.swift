// Pages, the start, and windows that are small or too small, as pictures.
import SystemIO
import Testing

@testable import UpgradeCore
@testable import WizardUI

@Suite struct PagePictureTests {
  @Test func theSmallestWindow() {
    expectPicture(
      of: ScreenScript(RunScene.secondNode, columns: 60, rows: 16).canvas,
      """
       redis-upgrade  redis:/~ 6.2.14 -> 7.0.15   LIVE   00:00:09
       1 ok──2 ok──[3 Nodes 1/6]──4──5                ETA 34-45 s
       Health  ok 6/6 up  max lag 36 B  client errors 0/s  0 s ago
      ┌─ Nodes ─────────────────────────────────────── 1-2 of 6 ─┐
      │ OK   10.0.3.11:6379 replica s1 7.0.15 7s                 │
      │>ASK  10.0.3.13:6379 replica s2 6.2.14  -                 │
      ├─ ASKED  Stop 10.0.3.13:6379 (replica of s2) ─────────────┤
      │ runs     ssh 10.0.3.13 sudo systemctl stop redis         │
      │ clients  connections of readers on this replica are clo~ │
      ├─ Events ──────────────────────────────── 103-104 of 104 ─┤
      │ 09:00:09 waiting for your answer: Stop 10.0.3.13:6379    │
      │          (replica of s2) (upgrade-node:10.0.3.13:6379)   │
      └──────────────────────────────────────────────────────────┘
       Stop 10.0.3.13:6379 (replica of s2)?
       (wait) [y] yes  [n] not now
       j/k move  Tab pane  c commands  p pause  ? help  q quit
      """)
  }

  @Test func aWindowThatIsTooSmall() {
    expectPicture(
      of: ScreenScript(RunScene.secondNode, columns: 44, rows: 9).canvas,
      """
       Window is 44x9. This needs 60x16.
       The upgrade is NOT affected.
       Waiting for your answer: Stop
       10.0.3.13:6379 (replica of s2)
       Health  ok 6/6 up  slots 16384/16384  max
       lag 36 B  client errors 0/s  0 s ago
       Enlarge the window, or reduce the font, or
       press q to leave.
      """)
  }

  @Test func theStart() {
    let size = Size(columns: 80, rows: 24)
    expectPicture(
      of: StartModel(size: size).frame(size).canvas,
      """
       redis-upgrade
       upgrades a Redis or Valkey Cluster in place, one node at a time
      ┌─ What do you want to do? ────────────────────────────────────────────────────┐
      │ 1  Try it                                                                    │
      │      six real throw-away servers on this machine; nothing else               │
      │ 2  Look: may it be upgraded?                                                 │
      │      reads every node; changes nothing                                       │
      │ 3  Look: what would be done?                                                 │
      │      prints every step; changes nothing                                      │
      │>4  Upgrade, node by node                                                     │
      │      checks first, then a plan; nothing is changed before you accept it      │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘



       Nothing is changed by anything on this screen.

       1-4 choose  j/k move  Enter open  ? help  q quit
      """)
  }

  @Test func viewsOverTheRun() {
    for (key, page) in [("c", "commands-80"), ("h", "health-80"), ("l", "journal-80")] {
      var script = ScreenScript(RunScene.secondNode)
      script.press(key)
      let picture = Self.pages[page] ?? ""
      expectPicture(of: script.canvas, picture)
    }
  }

  static let pages = [
    "commands-80": """
     redis-upgrade  redis://10.0.3.10:6379       6.2.14 -> 7.0.15   LIVE   00:00:09
     1 Checks ok──2 Plan ok──[3 Nodes 1/6]──4 Finish──5 Report          ETA 34-45 s
    ┌─ Commands: Stop 10.0.3.13:6379 (replica of s2) ──────────────────────────────┐
    │ 1  ssh 10.0.3.13 sudo systemctl stop redis                                   │
    │ Why     its software can be changed only while it is down                    │
    │ Clients connections of readers on this replica are closed; writers notice    │
    │         nothing                                                              │
    │ Undo    the old software is put back, and it syncs from its primary          │
    │ Usually under 1 s, and a last save                                           │
    │                                                                              │
    │ Gates                                                                        │
    │ [ok] cluster-ok                                                              │
    │ [ok] views-agree                                                             │
    │ [ok] replica-in-sync (3)                                                     │
    │ [ok] shard-has-primary s2                                                    │
    │ [ok] identity 10.0.3.13:6379                                                 │
    │ [ok] no-fork-running 10.0.3.13:6379                                          │
    │ [ok] last-save-ok 10.0.3.13:6379                                             │
    │                                                                              │
    └──────────────────────────────────────────────────────────────────────────────┘
     Stop 10.0.3.13:6379 (replica of s2)?  [y] yes  [n] not now

     Esc back  j/k move  PgDn/PgUp page  C copy  w write  ? help  q quit
    """,
    "health-80": """
     redis-upgrade  redis://10.0.3.10:6379       6.2.14 -> 7.0.15   LIVE   00:00:09
     1 Checks ok──2 Plan ok──[3 Nodes 1/6]──4 Finish──5 Report          ETA 34-45 s
    ┌─ Health  0 s ago ────────────────────────────────────────────────────────────┐
    │ cluster ok   slots 16384/16384   6/6 up   ops 41.1k/s                        │
    │ client errors 0/s   0 in all, 0 lost                                         │
    │                                               ▁▁▁▁  max 0/s                  │
    │ longest stall 43 ms (in steps of 10 ms)                                      │
    │ the last 10 min, newest at the right; the highest of 12 s is a bar           │
    │                                                                              │
    │ s1  primary 10.0.3.10:6379  lag 12 B  in sync  ops 13.7k/s                   │
    │                                               ▁▁█▁  max 2.3 MB, 19 s ago     │
    │ s2  primary 10.0.3.12:6379  lag 24 B  in sync  ops 13.7k/s                   │
    │                                               ▁▁█▁  max 2.3 MB, 19 s ago     │
    │ s3  primary 10.0.3.14:6379  lag 36 B  in sync  ops 13.7k/s                   │
    │                                               ▁▁█▁  max 2.3 MB, 19 s ago     │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    └──────────────────────────────────────────────────────────────────────────────┘
     Stop 10.0.3.13:6379 (replica of s2)?  [y] yes  [n] not now

     Esc back  j/k move  PgDn/PgUp page  w write  ? help  q quit
    """,
    "journal-80": """
     redis-upgrade  redis://10.0.3.10:6379       6.2.14 -> 7.0.15   LIVE   00:00:09
     1 Checks ok──2 Plan ok──[3 Nodes 1/6]──4 Finish──5 Report          ETA 34-45 s
    ┌─ Journal  /var/lib/redis-upgrade/2026-11-20-1/journal.jsonl ─── 40-48 of 48 ─┐
    │ 09:00:07 install 10.0.3.11:6379: done, read back                             │
    │ 09:00:07 start 10.0.3.11:6379: ssh 10.0.3.11 sudo systemctl start redis      │
    │ 09:00:08 start 10.0.3.11:6379: done, read back                               │
    │ 09:00:08 enter upgrade mode 10.0.3.11:6379, attempt 2: redis-cli -h 10.0.3.1~│
    │ 09:00:08 enter upgrade mode 10.0.3.11:6379: done, read back                  │
    │ 09:00:08 rejoin 10.0.3.11:6379: done, read back                              │
    │ 09:00:08 waiting for your answer: The first node is done. Go on with the oth~│
    │ 09:00:08 canary: yes                                                         │
    │>09:00:09 waiting for your answer: Stop 10.0.3.13:6379 (replica of s2) (upgra~│
    ├─ Entry 62: question  2026-11-20T09:00:09.100Z ─────────────────── 1-6 of 14 ─┤
    │ waiting for your answer: Stop 10.0.3.13:6379 (replica of s2)                 │
    │ (upgrade-node:10.0.3.13:6379)                                                │
    │ name        upgrade-node:10.0.3.13:6379                                      │
    │ consent     reversible                                                       │
    │ title       Stop 10.0.3.13:6379 (replica of s2)                              │
    │ lines       Why     its software can be changed only while it is down        │
    └──────────────────────────────────────────────────────────────────────────────┘
     Stop 10.0.3.13:6379 (replica of s2)?  [y] yes  [n] not now

     Esc back  j/k move  Tab pane  / search  PgDn/PgUp page  w write  ? help  q quit
    """,
  ]
}
