// `redis-upgrade` alone: says what there is to do.

import UpgradeCore
import UpgradeRuntime

enum StartCommand {
  static func run() -> Int32 {
    print(
      """
      redis-upgrade walks you through the upgrade of a Redis or Valkey Cluster, node by node.

        redis-upgrade train                      try it: six real throw-away servers on this machine
        redis-upgrade check HOST:PORT --to 7.0.15    look only: may this cluster be upgraded?
        redis-upgrade plan  HOST:PORT --to 7.0.15    look only: what would be done, in which order
        redis-upgrade HOST:PORT --to 7.0.15 --profile site.yaml    the wizard
        redis-upgrade resume                     go on with a run that was left or cut off

      Nothing is changed before you have accepted a plan. More: redis-upgrade --help
      """)
    return ExitCode.done.rawValue
  }
}
