// The screens of the rail as pictures at 80x24, with styles where they mark a state.
import SystemIO
import Testing

@testable import UpgradeCore
@testable import WizardUI

@Suite struct ScreenPictureTests {
  @Test func checksWithAFailure() {
    let script = ScreenScript(fixed: CheckScene.picture(CheckScene.failing))
    expectPicture(
      of: script.canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379       6.2.14 -> 7.0.15   LIVE   00:00:00
       [1 Checks] ─── 2 Plan ─── 3 Nodes ─── 4 Finish ─── 5 Report
      ┌─ Checks  12 pass  1 warn  1 FAIL ────────────────────────────────────────────┐
      │>FAIL last-save-ok: rdb_last_bgsave_status:err                  10.0.3.14:6379│
      │ WARN hosts-apart: 6 nodes on 3 hosts                              the cluster│
      │ PASS every node answers                                                6 of 6│
      │ PASS the cluster is ok, every slot is served                      the cluster│
      │ PASS the last save succeeded                                           5 of 6│
      │                                                                              │
      ├─ Selected: FAIL  last-save-ok  on 10.0.3.14:6379 ────────────────────────────┤
      │ Rule    the last save succeeded                                              │
      │ Why     a restart would load a dump that is two hours old                    │
      │ Saw     rdb_last_bgsave_status:err                                           │
      │ Fix     free space in the data directory, then: redis-cli -h 10.0.3.14 -p    │
      │         6379 BGSAVE                                                          │
      │ After   Run this check again.                                                │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       Cannot continue: 1 check refuses the start. Nothing has been changed.

       j/k move  Tab pane  r re-run  R re-run all  f not OK  / filter  > next step
       h health  l journal  w write  ? help  q quit
      """,
      styles: """
        ................**********************.......****************...****
        .**********
        ..******************YYYYYY**RRRRRR*
        .*RRRR*************************************************************************
        ..YYYY
        ..gggg
        ..gggg
        ..gggg

        .............RRRR
        ..****
        ..***
        ..***
        ..***

        ..*****




        .RRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRR

        .***.......***.......*.........*.............*.........*.........-----------
        .*.........*..........*........*.......*
        """)
  }

  @Test func thePlanWithTheLinesOfTheWayBack() {
    var script = ScreenScript(RunScene.plan)
    script.press("G")
    expectPicture(
      of: script.canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379       6.2.14 -> 7.0.15   LIVE   00:00:00
       1 Checks ok ─── [2 Plan] ─── 3 Nodes ─── 4 Finish ─── 5 Report
      ┌─ Plan  6 nodes, 3 hand-overs, 66 commands ───────────────────── 13-21 of 21 ─┐
      │  # node           role    shard what happens                   clients notice│
      │── way back of s2 NARROWS from here on ───────────────────────────────────────│
      │ 11 s2                     s2    HAND OVER to 10.0.3.13:6379    short pause   │
      │── the way back of s2 CLOSES here: its last copy on the old version goes ─────│
      │ 12 10.0.3.12:6379 replica s2    restart on 7.0.15, sync        nothing       │
      │── way back of s3 NARROWS from here on ───────────────────────────────────────│
      │ 13 s3                     s3    HAND OVER to 10.0.3.15:6379    short pause   │
      │── the way back of s3 CLOSES here: its last copy on the old version goes ─────│
      │ 14 10.0.3.14:6379 replica s3    restart on 7.0.15, sync        nothing       │
      │>15 6 nodes                      upgrade mode off               nothing       │
      ├─ Commands of row 15: 6 nodes  (12) ────────────────────────────── 1-5 of 28 ─┤
      │ 1  redis-cli -h 10.0.3.10 -p 6379 CONFIG SET cluster-allow-replica-migration │
      │    yes                                                                       │
      │ 2  redis-cli -h 10.0.3.10 -p 6379 CONFIG SET cluster-require-full-coverage   │
      │    yes                                                                       │
      │ 3  redis-cli -h 10.0.3.11 -p 6379 CONFIG SET cluster-allow-replica-migration │
      └──────────────────────────────────────────────────────────────────────────────┘
       Start with this plan?  [y] yes  [n] not now   (Enter does nothing)

       j/k move  Tab pane  J/K order  c commands  w write  < previous step  h health
       l journal  ? help  q quit
      """)
  }

  @Test func thePlanBeginsWithWhatIsToBeKnown() throws {
    var picture = RunScene.plan.picture
    picture.briefing = try BriefingScene.make()
    expectPicture(
      of: ScreenScript(RunScene.plan, fixed: picture).canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379       6.2.14 -> 7.0.15   LIVE   00:00:00
       1 Checks ok ─── [2 Plan] ─── 3 Nodes ─── 4 Finish ─── 5 Report
      ┌─ Plan  6 nodes, 3 hand-overs, 66 commands ─────────────────────── 1-9 of 22 ─┐
      │  # node           role    shard what happens                   clients notice│
      │> 1 you                          3 points to know               nothing       │
      │  2 you                          asked: run a client probe?     test keys     │
      │  3 6 nodes                      upgrade mode on                nothing       │
      │  4 6 nodes                      back up                        nothing       │
      │  5 10.0.3.11:6379 replica s1    restart on 7.0.15, sync        nothing       │
      │  6 you                          asked: first done, go on?      nothing       │
      │  7 10.0.3.13:6379 replica s2    restart on 7.0.15, sync        nothing       │
      │  8 10.0.3.15:6379 replica s3    restart on 7.0.15, sync        nothing       │
      │  9 you                          asked: begin hand-overs?       nothing       │
      ├─ To know before you agree  (1 of 3 only perhaps) ──────────────── 1-5 of 22 ─┤
      │ - channels-reset: Users whose line in the configuration or ACL file says     │
      │   nothing about channels may use none, since acl-pubsub-default becomes      │
      │   resetchannels. That goes for the user default as well.                     │
      │   seen    10.0.3.10:6379: user app\\x1b[2J                                    │
      │   do      Before the upgrade write the channels down: CONFIG REWRITE, or ACL │
      └──────────────────────────────────────────────────────────────────────────────┘
       Start with this plan?  (wait) [y] yes  [n] not now   (Enter does nothing)

       j/k move  Tab pane  J/K order  c commands  w write  < previous step  h health
       l journal  ? help  q quit
      """)
  }

  @Test func aNodeIsAskedFor() {
    var script = ScreenScript(RunScene.secondNode)
    script.time = script.time + .seconds(1)
    expectPicture(
      of: script.canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379       6.2.14 -> 7.0.15   LIVE   00:00:09
       1 Checks ok──2 Plan ok──[3 Nodes 1/6]──4 Finish──5 Report          ETA 34-45 s
      ┌─ Nodes ──────────────────────────────┬─ Health now ──────────────── 0 s ago ─┐
      │ OK   10.0.3.11:6379 replica s1 7.0.15│ cluster ok  slots 16384/16384  6/6 up │
      │>ASK  10.0.3.13:6379 replica s2 6.2.14│ s1       12 B  ▁▁▁▁▁▁▁▁▁▁▁▁▁  in sync │
      │ WAIT 10.0.3.15:6379 replica s3 6.2.14│ s2       24 B  ▁▁▁▁▁▁▁▁▁▁▁▁▁  in sync │
      │ WAIT 10.0.3.10:6379 PRIMARY s1 6.2.14│ s3       36 B  ▁▁▁▁▁▁▁▁▁▁▁▁▁  in sync │
      │ WAIT 10.0.3.12:6379 PRIMARY s2 6.2.14│ client errors 0/s  0 in all, 0 lost   │
      │ WAIT 10.0.3.14:6379 PRIMARY s3 6.2.14│ ops 41.1k/s                           │
      ├─ ASKED  Stop 10.0.3.13:6379 (replica of s2) ─────────────────────────────────┤
      │ runs     ssh 10.0.3.13 sudo systemctl stop redis                             │
      │ clients  connections of readers on this replica are closed; writers notice ~ │
      │ undo     the old software is put back, and it syncs from its primary         │
      │ usually  under 1 s, and a last save                                          │
      ├─ Events ─────────────────────────────────────────────────────── 71-74 of 74 ─┤
      │          others? (canary)                                                    │
      │ 09:00:08 canary: yes                                                         │
      │ 09:00:09 waiting for your answer: Stop 10.0.3.13:6379 (replica of s2)        │
      │          (upgrade-node:10.0.3.13:6379)                                       │
      └──────────────────────────────────────────────────────────────────────────────┘
       Stop 10.0.3.13:6379 (replica of s2)?  [y] yes  [n] not now

       j/k move  Tab pane  c commands  p pause  v output  h health  l journal  ? help
       q quit
      """,
      styles: """
        ................**********************.......****************...****
        .........................*************
        ..*******
        ..gg.............................................gg
        .*YYY**********************************

        ......................*******
        ......................*******
        ......................*******
        ...YYYYYYY










        .YYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYY..*******..***********

        .***.......***.......*...........*........*.........*.........*..........*
        .*
        """)
  }

  @Test func aCommandRuns() {
    expectPicture(
      of: ScreenScript(RunScene.stopping).canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379       6.2.14 -> 7.0.15   LIVE   00:00:09
       1 Checks ok──2 Plan ok──[3 Nodes 1/6]──4 Finish──5 Report          ETA 34-45 s
      ┌─ Nodes ──────────────────────────────┬─ Health now ──────────────── 0 s ago ─┐
      │ OK   10.0.3.11:6379 replica s1 7.0.15│ cluster ok  slots 16384/16384  6/6 up │
      │>RUN  10.0.3.13:6379 replica s2 6.2.14│ s1       12 B  ▁▁▁▁▁▁▁▁▁▁▁▁▁  in sync │
      │ WAIT 10.0.3.15:6379 replica s3 6.2.14│ s2       24 B  ▁▁▁▁▁▁▁▁▁▁▁▁▁  in sync │
      │ WAIT 10.0.3.10:6379 PRIMARY s1 6.2.14│ s3       36 B  ▁▁▁▁▁▁▁▁▁▁▁▁▁  in sync │
      │ WAIT 10.0.3.12:6379 PRIMARY s2 6.2.14│ client errors 0/s  0 in all, 0 lost   │
      │ WAIT 10.0.3.14:6379 PRIMARY s3 6.2.14│ ops 41.1k/s                           │
      ├─ NOW  stop 10.0.3.13:6379 ───────────┴───────────────────────────────────────┤
      │ runs     ssh 10.0.3.13 sudo systemctl stop redis                             │
      │ waits    not read since the last change to it                                │
      │                                                                              │
      │                                                                              │
      ├─ Events ─────────────────────────────────────────────────────── 73-76 of 76 ─┤
      │ 09:00:09 waiting for your answer: Stop 10.0.3.13:6379 (replica of s2)        │
      │          (upgrade-node:10.0.3.13:6379)                                       │
      │ 09:00:09 upgrade-node:10.0.3.13:6379: yes                                    │
      │ 09:00:09 stop 10.0.3.13:6379: ssh 10.0.3.13 sudo systemctl stop redis        │
      └──────────────────────────────────────────────────────────────────────────────┘
       Running: stop 10.0.3.13:6379  0 s.

       j/k move  Tab pane  c commands  p pause  v output  h health  l journal  ? help
       q quit
      """)
  }

  @Test func finishing() {
    expectPicture(
      of: ScreenScript(RunScene.finishing).canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379       6.2.14 -> 7.0.15   LIVE   00:00:46
       1 Checks ok ─── 2 Plan ok ─── 3 Nodes ok ─── [4 Finish] ─── 5 Report
       Health  ok 6/6 up  slots 16384/16384  max lag 36 B  client errors 0/s  0 s ago
      ┌─ Finish ─────────────────────────────────────────────────────────────────────┐
      │ 12 temporary settings are still to be put back; then everything is compared. │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      ├─ ASKED  Disable upgrade mode on all 6 nodes ─────────────────────────────────┤
      │ runs     redis-cli -h 10.0.3.10 -p 6379 CONFIG SET cluster-allow-replica-mi~ │
      │ clients  nothing                                                             │
      │ undo     enable upgrade mode again                                           │
      ├─ Events ─────────────────────────────────────────────────────────────────────┤
      │ 09:00:46 rejoin 10.0.3.14:6379: done, read back                              │
      │ 09:00:46 waiting for your answer: Disable upgrade mode on all 6 nodes        │
      │          (disable-upgrade-mode)                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       Do you want to disable upgrade mode now [Y/N]?  (wait) [y] yes  [n] not now

       j/k move  c commands  < previous step  p pause  v output  h health  l journal
       ? help  q quit
      """)
  }

  @Test func theReport() {
    expectPicture(
      of: ScreenScript(RunScene.done).canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379       6.2.14 -> 7.0.15   DONE   00:00:47
       1 Checks ok ─── 2 Plan ok ─── 3 Nodes ok ─── 4 Finish ok ─── [5 Report ok]
      ┌─ Result: done  6 of 6 nodes run Redis 7.0.15. ───────────────────────────────┐
      │ Clients          4210 writes acknowledged, 0 errors, 0 lost, longest stall   │
      │                  43 ms, measured every 10 ms                                 │
      │ Nodes            6 of 6 on 7.0.15, longest out 6.9 s                         │
      │ Hand-overs       s1 10.0.3.10:6379 to 10.0.3.11:6379, longest stall 43 ms    │
      │                  s2 10.0.3.12:6379 to 10.0.3.13:6379, longest stall 43 ms    │
      │                  s3 10.0.3.14:6379 to 10.0.3.15:6379, longest stall 43 ms    │
      │ Set aside        no rule                                                     │
      │ Left over        nothing: every temporary setting was put back               │
      │ Files                                                                        │
      │ report           /var/lib/redis-upgrade/2026-11-20-1/report.md               │
      │ journal          /var/lib/redis-upgrade/2026-11-20-1/journal.jsonl           │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       6 of 6 nodes run Redis 7.0.15.  q ends the program with code 0.

       j/k move  < previous step  w write  v output  h health  l journal  ? help
       q quit
      """)
  }

  @Test func training() {
    var picture = RunScene.secondNode.picture
    picture.kind = .training
    picture.from = "redis-6.2.14"
    picture.to = "redis-7.0.15"
    let lines = ScreenScript(fixed: picture).canvas
    #expect(
      lines.lines[0] == " TRAINING - throw-away servers, nothing real is touched  6.2.14 -> 7.0.15 00:09 ")
    // All of the row is reversed, the words in it bold.
    #expect((0..<80).allSatisfy { lines[0, $0].style.attributes.contains(.reverse) })
    for columns in [60, 66, 80, 100, 200] {
      let row = ScreenScript(columns: columns, rows: 24, fixed: picture).canvas.lines[0]
      #expect(row.contains("TRAINING - throw-away servers, nothing real is touched"))
    }
  }
}
