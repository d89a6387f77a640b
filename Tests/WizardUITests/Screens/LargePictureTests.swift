// The same screens at 120x40: the same order, more depth.
import SystemIO
import Testing

@testable import UpgradeCore
@testable import WizardUI

@Suite struct LargePictureTests {
  @Test func checksWithAFailure() {
    let large = ScreenScript(columns: 120, rows: 40, fixed: CheckScene.picture(CheckScene.failing))
    expectPicture(
      of: large.canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379                                               6.2.14 -> 7.0.15   LIVE   00:00:00
       [1 Checks] ─── 2 Plan ─── 3 Nodes ─── 4 Finish ─── 5 Report
      ┌─ Checks  12 pass  1 warn  1 FAIL ────────────────────────────────────────────────────────────────────────────────────┐
      │>FAIL last-save-ok: rdb_last_bgsave_status:err                                                          10.0.3.14:6379│
      │ WARN hosts-apart: 6 nodes on 3 hosts                                                                      the cluster│
      │ PASS every node answers                                                                                        6 of 6│
      │ PASS the cluster is ok, every slot is served                                                              the cluster│
      │ PASS the last save succeeded                                                                                   5 of 6│
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      ├─ Selected: FAIL  last-save-ok  on 10.0.3.14:6379 ────────────────────────────────────────────────────────────────────┤
      │ Rule    the last save succeeded                                                                                      │
      │ Why     a restart would load a dump that is two hours old                                                            │
      │ Saw     rdb_last_bgsave_status:err                                                                                   │
      │ Fix     free space in the data directory, then: redis-cli -h 10.0.3.14 -p 6379 BGSAVE                                │
      │ After   Run this check again.                                                                                        │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      └──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
       Cannot continue: 1 check refuses the start. Nothing has been changed.

       j/k move  Tab pane  r re-run  R re-run all  f not OK  / filter  > next step  h health  l journal  ? help  q quit
      """)
  }

  @Test func thePlanWithTheLinesOfTheWayBack() {
    var large = ScreenScript(RunScene.plan, columns: 120, rows: 40)
    large.press("G")
    expectPicture(
      of: large.canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379                                               6.2.14 -> 7.0.15   LIVE   00:00:00
       1 Checks ok ─── [2 Plan] ─── 3 Nodes ─── 4 Finish ─── 5 Report
      ┌─ Plan  6 nodes, 3 hand-overs, 66 commands ───────────────────────────────────────────────────────────────────────────┐
      │  # node           role    shard what happens                                                           clients notice│
      │  1 you                          asked: run a client probe?                                             test keys     │
      │  2 6 nodes                      upgrade mode on                                                        nothing       │
      │  3 6 nodes                      back up                                                                nothing       │
      │  4 10.0.3.11:6379 replica s1    restart on 7.0.15, sync                                                nothing       │
      │  5 you                          asked: first done, go on?                                              nothing       │
      │  6 10.0.3.13:6379 replica s2    restart on 7.0.15, sync                                                nothing       │
      │  7 10.0.3.15:6379 replica s3    restart on 7.0.15, sync                                                nothing       │
      │  8 you                          asked: begin hand-overs?                                               nothing       │
      │── the way back of s1 NARROWS here: new data in a format the old version cannot read ─────────────────────────────────│
      │  9 s1                     s1    HAND OVER to 10.0.3.11:6379                                            short pause   │
      │── the way back of s1 CLOSES here: its last copy on the old version goes ─────────────────────────────────────────────│
      │ 10 10.0.3.10:6379 replica s1    restart on 7.0.15, sync                                                nothing       │
      │── the way back of s2 NARROWS here: new data in a format the old version cannot read ─────────────────────────────────│
      │ 11 s2                     s2    HAND OVER to 10.0.3.13:6379                                            short pause   │
      │── the way back of s2 CLOSES here: its last copy on the old version goes ─────────────────────────────────────────────│
      │ 12 10.0.3.12:6379 replica s2    restart on 7.0.15, sync                                                nothing       │
      │── the way back of s3 NARROWS here: new data in a format the old version cannot read ─────────────────────────────────│
      │ 13 s3                     s3    HAND OVER to 10.0.3.15:6379                                            short pause   │
      │── the way back of s3 CLOSES here: its last copy on the old version goes ─────────────────────────────────────────────│
      │ 14 10.0.3.14:6379 replica s3    restart on 7.0.15, sync                                                nothing       │
      │>15 6 nodes                      upgrade mode off                                                       nothing       │
      ├─ Commands of row 15: 6 nodes  (12) ───────────────────────────────────────────────────────────────────── 1-10 of 16 ─┤
      │ 1  redis-cli -h 10.0.3.10 -p 6379 CONFIG SET cluster-allow-replica-migration yes                                     │
      │ 2  redis-cli -h 10.0.3.10 -p 6379 CONFIG SET cluster-require-full-coverage yes                                       │
      │ 3  redis-cli -h 10.0.3.11 -p 6379 CONFIG SET cluster-allow-replica-migration yes                                     │
      │ 4  redis-cli -h 10.0.3.11 -p 6379 CONFIG SET cluster-require-full-coverage yes                                       │
      │ 5  redis-cli -h 10.0.3.12 -p 6379 CONFIG SET cluster-allow-replica-migration yes                                     │
      │ 6  redis-cli -h 10.0.3.12 -p 6379 CONFIG SET cluster-require-full-coverage yes                                       │
      │ 7  redis-cli -h 10.0.3.13 -p 6379 CONFIG SET cluster-allow-replica-migration yes                                     │
      │ 8  redis-cli -h 10.0.3.13 -p 6379 CONFIG SET cluster-require-full-coverage yes                                       │
      │ 9  redis-cli -h 10.0.3.14 -p 6379 CONFIG SET cluster-allow-replica-migration yes                                     │
      │ 10 redis-cli -h 10.0.3.14 -p 6379 CONFIG SET cluster-require-full-coverage yes                                       │
      └──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
       Start with this plan?  [y] yes  [n] not now   (Enter does nothing)

       j/k move  Tab pane  J/K order  c commands  w write  < previous step  h health  l journal  ? help  q quit
      """)
  }

  @Test func aNodeIsAskedFor() {
    var large = ScreenScript(RunScene.secondNode, columns: 120, rows: 40)
    large.time = large.time + .seconds(1)
    expectPicture(
      of: large.canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379                                               6.2.14 -> 7.0.15   LIVE   00:00:09
       1 Checks ok ─── 2 Plan ok ─── [3 Nodes 1/6] ─── 4 Finish ─── 5 Report                                      ETA 34-45 s
      ┌─ Nodes ──────────────────────────────────────────────────┬─ Health now ──────────────────────────────────── 0 s ago ─┐
      │      node           role    shard version out            │ cluster ok  slots 16384/16384  6/6 up                     │
      │ OK   10.0.3.11:6379 replica s1    7.0.15   7s            │ s1       12 B  ▁▁▁▁▁▁▁▁▁▁▁▁▁█▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁  in sync │
      │>ASK  10.0.3.13:6379 replica s2    6.2.14    -            │ s2       24 B  ▁▁▁▁▁▁▁▁▁▁▁▁▁█▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁  in sync │
      │ WAIT 10.0.3.15:6379 replica s3    6.2.14    -            │ s3       36 B  ▁▁▁▁▁▁▁▁▁▁▁▁▁█▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁  in sync │
      │ WAIT 10.0.3.10:6379 PRIMARY s1    6.2.14    -            │ client errors 0/s  0 in all, 0 lost                       │
      │ WAIT 10.0.3.12:6379 PRIMARY s2    6.2.14    -            │ longest stall 43 ms (in steps of 10 ms)  ops 41.1k/s      │
      │ WAIT 10.0.3.14:6379 PRIMARY s3    6.2.14    -            │                                                           │
      │                                                          │ [ok] cluster-ok  [ok] views-agree                         │
      │                                                          │ [ok] replica-in-sync (3)  [ok] shard-has-primary s2       │
      │                                                          │ [ok] identity 10.0.3.13:6379                              │
      ├─ ASKED  Stop 10.0.3.13:6379 (replica of s2) ─────────────┴───────────────────────────────────────────────────────────┤
      │ runs     ssh 10.0.3.13 sudo systemctl stop redis                                                                     │
      │ clients  connections of readers on this replica are closed; writers notice nothing                                   │
      │ undo     the old software is put back, and it syncs from its primary                                                 │
      │ usually  under 1 s, and a last save                                                                                  │
      │ why      its software can be changed only while it is down                                                           │
      ├─ Events ─────────────────────────────────────────────────────────────────────────────────────────────── 45-55 of 55 ─┤
      │ 09:00:03 install 10.0.3.11:6379: ssh 10.0.3.11 sudo apt-get install -y redis-server=7.0.15                           │
      │ 09:00:07 install 10.0.3.11:6379: done, read back                                                                     │
      │ 09:00:07 start 10.0.3.11:6379: ssh 10.0.3.11 sudo systemctl start redis                                              │
      │ 09:00:08 start 10.0.3.11:6379: done, read back                                                                       │
      │ 09:00:08 enter upgrade mode 10.0.3.11:6379, attempt 2: redis-cli -h 10.0.3.11 -p 6379 CONFIG SET                     │
      │          cluster-require-full-coverage no and 1 more                                                                 │
      │ 09:00:08 enter upgrade mode 10.0.3.11:6379: done, read back                                                          │
      │ 09:00:08 rejoin 10.0.3.11:6379: done, read back                                                                      │
      │ 09:00:08 waiting for your answer: The first node is done. Go on with the others? (canary)                            │
      │ 09:00:08 canary: yes                                                                                                 │
      │ 09:00:09 waiting for your answer: Stop 10.0.3.13:6379 (replica of s2) (upgrade-node:10.0.3.13:6379)                  │
      ├─ Output ─────────────────────────────────────────────────────────────────────────────────────────────────────────────┤
      │ (no command of the site has run yet)                                                                                 │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      └──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
       Stop 10.0.3.13:6379 (replica of s2)?  [y] yes  [n] not now   (Enter does nothing)

       j/k move  Tab pane  c commands  p pause  v output  h health  l journal  ? help  q quit
      """)
  }

  @Test func aProblem() {
    var script = ScreenScript(RunScene.failedInstall, columns: 120, rows: 40)
    script.time = script.time + .seconds(1)
    expectPicture(
      of: script.canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379                                            6.2.14 -> 7.0.15   STOPPED   00:00:29
       1 Checks ok ─── 2 Plan ok ─── [3 Nodes 3/6 STOP] ─── 4 Finish ─── 5 Report                                 ETA on hold
       Health  ok 5/6 up  slots 16384/16384  max lag 36 B  client errors 0/s  0 s ago
      ┌─ STOPPED  step-failed  on 10.0.3.10:6379 ────────────────────────────────────────────────────────────────────────────┐
      │ install on 10.0.3.10:6379 did not work: exit status 100                                                              │
      │ Clients  client errors 0/s, 0 in all, 0 lost; longest stall 43 ms (in steps of 10 ms); slots 16384/16384.            │
      │ At risk  Every shard is served. Shard s1 is served by 10.0.3.11:6379, which has no other replica: one more failure   │
      │          loses its writes.                                                                                           │
      │ State    10.0.3.10:6379 replica of s1, version 6.2.14, stopped by us, expected                                       │
      ├─ What you can do  (nothing runs until you pick) ─────────────────────────────────────────────────────────────────────┤
      │ 1  Stop here: leave everything as it is now; resumable later  [changes nothing]                                      │
      │ 2  Try this step again  [one step, once more]                                                                        │
      │ -  Put 10.0.3.10:6379 back on redis-6.2.14. Not offered: its shard already has a primary of the new version, which   │
      │    redis-6.2.14 cannot follow                                                                                        │
      │ 3  Wind down: finish what is open, put every temporary change back, upgrade nothing more  [ends this run in order]   │
      ├─ Events ─────────────────────────────────────────────────────────────────────────────────────────────────────────────┤
      │ 09:00:22 enter upgrade mode 10.0.3.15:6379, attempt 2: redis-cli -h 10.0.3.15 -p 6379 CONFIG SET                     │
      │          cluster-require-full-coverage no and 1 more                                                                 │
      │ 09:00:23 enter upgrade mode 10.0.3.15:6379: done, read back                                                          │
      │ 09:00:23 rejoin 10.0.3.15:6379: done, read back                                                                      │
      │ 09:00:23 waiting for your answer: All replicas are done. Begin with the hand-overs? (first-promotion)                │
      │ 09:00:23 first-promotion: yes                                                                                        │
      │ 09:00:23 waiting for your answer: Hand over s1 from 10.0.3.10:6379 to 10.0.3.11:6379 (hand-over:s1)                  │
      │ 09:00:23 hand-over:s1: yes                                                                                           │
      │ 09:00:23 hand over s1: redis-cli -h 10.0.3.11 -p 6379 CLUSTER FAILOVER                                               │
      │ 09:00:23 hand over s1: done, read back                                                                               │
      │ 09:00:23 drain 10.0.3.10:6379: redis-cli -h 10.0.3.10 -p 6379 INFO commandstats   (repeated until nobody calls it)   │
      │ 09:00:23 drain 10.0.3.10:6379: done, read back                                                                       │
      │ 09:00:24 waiting for your answer: Stop 10.0.3.10:6379 (replica of s1) (upgrade-node:10.0.3.10:6379)                  │
      │ 09:00:24 upgrade-node:10.0.3.10:6379: yes                                                                            │
      │ 09:00:24 stop 10.0.3.10:6379: ssh 10.0.3.10 sudo systemctl stop redis                                                │
      │ 09:00:25 stop 10.0.3.10:6379: done, read back                                                                        │
      │ 09:00:25 install 10.0.3.10:6379: ssh 10.0.3.10 sudo apt-get install -y redis-server=7.0.15                           │
      │ 09:00:29 install 10.0.3.10:6379: failed: exit status 100                                                             │
      │ 09:00:29 install 10.0.3.10:6379: failed: exit status 100                                                             │
      │ 09:00:29 stopped, step-failed: install on 10.0.3.10:6379 did not work: exit status 100                               │
      └──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
       Pick 1-3: nothing runs until you do. If you quit now: exit code 3 (stopped, resumable, every shard served).

       1-3 choose  o override  j/k move  v output  h health  l journal  ? help  q quit
      """)
  }

  @Test func theReport() {
    expectPicture(
      of: ScreenScript(RunScene.done, columns: 120, rows: 40).canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379                                               6.2.14 -> 7.0.15   DONE   00:00:47
       1 Checks ok ─── 2 Plan ok ─── 3 Nodes ok ─── 4 Finish ok ─── [5 Report ok]
      ┌─ Result: done  6 of 6 nodes run Redis 7.0.15. ───────────────────────────────────────────────────────────────────────┐
      │ Clients          4210 writes acknowledged, 0 errors, 0 lost, longest stall 43 ms, measured every 10 ms               │
      │ Nodes            6 of 6 on 7.0.15, longest out 6.9 s                                                                 │
      │ Hand-overs       s1 10.0.3.10:6379 to 10.0.3.11:6379, longest stall 43 ms                                            │
      │                  s2 10.0.3.12:6379 to 10.0.3.13:6379, longest stall 43 ms                                            │
      │                  s3 10.0.3.14:6379 to 10.0.3.15:6379, longest stall 43 ms                                            │
      │ Set aside        no rule                                                                                             │
      │ Left over        nothing: every temporary setting was put back                                                       │
      │ Files                                                                                                                │
      │ report           /var/lib/redis-upgrade/2026-11-20-1/report.md                                                       │
      │ journal          /var/lib/redis-upgrade/2026-11-20-1/journal.jsonl                                                   │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      └──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
       6 of 6 nodes run Redis 7.0.15.  q ends the program with code 0.

       j/k move  < previous step  w write  v output  h health  l journal  ? help  q quit
      """)
  }
}
