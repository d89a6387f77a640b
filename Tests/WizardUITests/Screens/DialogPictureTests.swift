// What asks and what stops, as pictures at 80x24: the typed decision, the problem, the rule set aside, leaving.
import SystemIO
import Testing

@testable import UpgradeCore
@testable import WizardUI

@Suite struct DialogPictureTests {
  @Test func aHandOverIsTyped() {
    var script = ScreenScript(RunScene.handOver)
    script.press("s1")
    expectPicture(
      of: script.canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379       6.2.14 -> 7.0.15   LIVE   00:00:23
       1 Checks ok──2 Plan ok──[3 Nodes 3/6]──4 Finish──5 Report          ETA 20-27 s
       Health  ok 6/6 up  slots 16384/16384  max lag 36 B  client errors 0/s  0 s ago
        ╔═ Hand over s1 from 10.0.3.10:6379 to 10.0.3.11:6379 ═════════════════════╗
        ║ Class    NO RETURN: after it the way back is narrower, or closed.        ║
        ║ Why      a primary is never stopped while it is primary                  ║
        ║ Runs     redis-cli -h 10.0.3.11 -p 6379 CLUSTER FAILOVER                 ║
        ║ Clients  writes to 5461 slots pause, usually for less than 0.1 s, at     ║
        ║          worst 5 s; then MOVED                                           ║
        ║ Undo     a hand-over back works only until 10.0.3.10:6379 loses its      ║
        ║          link: after that its data format is too old                     ║
        ║ Usually  under 0.1 s                                                     ║
        ║ If not   a hand-over that fails is left undone: the old primary goes on  ║
        ║          serving                                                         ║
        ║ Gates    [ok] cluster-ok  [ok] views-agree  [ok] replica-in-sync (3)     ║
        ║          [ok] hand-over-candidate 10.0.3.11:6379  [ok] identity (2)      ║
        ║          [ok] election-settled 10.0.3.11:6379                            ║
        ║ To go on, type no-return s1:  s1                                         ║
        ║        [ Esc  go back, change nothing ]     [ Enter  hand over ]         ║
        ╚══════════════════════════════════════════════════════════════════════════╝
       Health keeps updating. If a gate turns red, Enter is refused and says why.

       Esc back   Enter confirm   PgUp/PgDn scroll   F1 help   ^C hold
      """,
      styles: """
        ................**********************.......****************...****
        .........................*************
        .........gg
        ..RRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRR
        ..R.*****....RRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRR........R
        ..R.***......................................................................R
        ..R.****.....................................................................R
        ..R.*******..................................................................R
        ..R..........................................................................R
        ..R.****.....................................................................R
        ..R..........................................................................R
        ..R.*******..................................................................R
        ..R.******...................................................................R
        ..R..........................................................................R
        ..R.*****....................................................................R
        ..R..........................................................................R
        ..R..........................................................................R
        ..R................************...__.........................................R
        ..R.............................................********************.........R
        ..RRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRR
        """)
    #expect(script.frame.cursor == Position(row: 17, column: 36))
  }

  @Test func leavingSaysWhatStays() {
    var script = ScreenScript(RunScene.handOver)
    script.press("<Esc>q")
    expectPicture(
      of: script.canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379       6.2.14 -> 7.0.15   LIVE   00:00:23
       1 Checks ok──2 Plan ok──[3 Nodes 3/6]──4 Finish──5 Report          ETA 20-27 s
       Health  ok 6/6 up  slots 16384/16384  max lag 36 B  client errors 0/s  0 s ago



        ╔═ Leave the wizard? ══════════════════════════════════════════════════════╗
        ║                                                                          ║
        ║ Upgrade mode: 12 temporary settings stay in place until resume or        ║
        ║ cleanup.                                                                 ║
        ║ 3 of 6 nodes are done. The servers go on as they are.                    ║
        ║ Exit code  3 (stopped, resumable, every shard served)                    ║
        ║ Journal    /var/lib/redis-upgrade/2026-11-20-1/journal.jsonl             ║
        ║ Go on with redis-upgrade resume 2026-11-20-1                             ║
        ║                                                                          ║
        ║                       [ y  leave ]     [ n  stay ]                       ║
        ╚══════════════════════════════════════════════════════════════════════════╝



       Leave now? Exit code 3 (stopped, resumable, every shard served).
       (wait) [y] leave  [n] stay
       j/k move  Tab pane  c commands  p pause  v output  h health  l journal  ? help
       q quit
      """)
  }

  @Test func aProblem() {
    var script = ScreenScript(RunScene.failedInstall)
    #expect(script.text.contains(" (wait) Pick 1-3: nothing runs until you do."))
    script.time = script.time + .seconds(1)
    expectPicture(
      of: script.canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379    6.2.14 -> 7.0.15   STOPPED   00:00:29
       1 Checks ok──2 Plan ok──[3 Nodes 3/6 STOP]──4 Finish──5 Report     ETA on hold
       Health  ok 5/6 up  slots 16384/16384  max lag 36 B  client errors 0/s  0 s ago
      ┌─ STOPPED  step-failed  on 10.0.3.10:6379 ────────────────────────────────────┐
      │ install on 10.0.3.10:6379 did not work: exit status 100                      │
      │ Clients  client errors 0/s, 0 in all, 0 lost; longest stall 43 ms (in steps  │
      │          of 10 ms); slots 16384/16384.                                       │
      │ At risk  Every shard is served. Shard s1 is served by 10.0.3.11:6379, which  │
      │          has no other replica: one more failure loses its writes.            │
      │ State    10.0.3.10:6379 replica of s1, version 6.2.14, stopped by us,        │
      │          expected                                                            │
      ├─ What you can do  (nothing runs until you pick) ─────────────────────────────┤
      │ 1  Stop here: leave everything as it is now; resumable later  [changes       │
      │    nothing]                                                                  │
      │ 2  Try this step again  [one step, once more]                                │
      │ -  Put 10.0.3.10:6379 back on redis-6.2.14. Not offered: its shard already   │
      │    has a primary of the new version, which redis-6.2.14 cannot follow        │
      │ 3  Wind down: finish what is open, put every temporary change back, upgrade  │
      │    nothing more  [ends this run in order]                                    │
      └──────────────────────────────────────────────────────────────────────────────┘
       Pick 1-3: nothing runs until you do. If you quit now: exit code 3 (stopped,
       resumable, every shard served).
       1-3 choose  o override  j/k move  v output  h health  l journal  ? help  q quit
      """,
      styles: """
        ................**********************....****************...RRRRRRR
        .........................******************
        .........gg.YYYYYY
        ..*RRRRRRRRR*******************************
        ..*******************************************************
        ..*******

        ..*******

        ..*****


        ..*

        ..*
        ..*..-----------------------------------------------------------------------
        .....------------------------------------------------------------------
        ..*


        .YYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYY
        .YYYYYYYYYYYYYYYYYYYYYYYYYYYYYYY
        .***.........----------..***.......*.........*.........*..........*.......*
        """)
  }

  @Test func aRuleIsSetAside() {
    var script = ScreenScript(RunScene.redGate)
    script.press("o")
    expectPicture(
      of: script.canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379    6.2.14 -> 7.0.15   STOPPED   00:02:10
       1 Checks ok──2 Plan ok──[3 Nodes 1/6 STOP]──4 Finish──5 Report     ETA on hold
       Health  ok 6/6 up  slots 16384/16384  max lag 36 B  client errors 0/s  0 s ago

        ╔═ Set replica-in-sync aside on s2 ════════════════════════════════════════╗
        ║                                                                          ║
        ║ Class    OVERRIDE: a rule that protects data or clients is set aside.    ║
        ║ Rule     replica-in-sync on s2                                           ║
        ║ Now      After 121 s "Stop 10.0.3.13:6379 (replica of s2)" still cannot  ║
        ║          begin: replica-in-sync on s2: the replica is 48 MB behind (to   ║
        ║          clear it: wait for the sync).                                   ║
        ║ Risk     Nothing runs. The deployment stays as it is while you look.     ║
        ║ Holds    for one step only: stop 10.0.3.13:6379. It stands in the        ║
        ║          report.                                                         ║
        ║                                                                          ║
        ║ To go on, type override replica-in-sync:                                 ║
        ║                                                                          ║
        ║   [ Esc  go back, change nothing ]     (wait) [ Enter  set it aside ]    ║
        ╚══════════════════════════════════════════════════════════════════════════╝

       Health keeps updating. Nothing is set aside before the words are there and
       Enter is pressed.
       Esc back   Enter confirm   PgUp/PgDn scroll   F1 help   ^C hold
      """)
  }
}
