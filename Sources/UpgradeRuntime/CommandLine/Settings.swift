package import UpgradeCore

/// What holds for one call of the program: flags over configuration over defaults.
package struct Settings: Equatable, Sendable {
  /// The name of a built-in profile, or a path.
  package let profile: String
  package let stateDirectory: String
  /// Settle, error budget and return of primaries, as the machine keeps them.
  package let options: Options

  /// Resolves what was said; `running` is empty for subcommands that run nothing.
  package init(
    running: RunningRequest, stateDirectory: String?, configuration: Configuration, environment: [String: String]
  ) throws(UsageError) {
    let usual = Options()
    profile = running.profile ?? configuration.profile ?? BuiltInProfiles.usual
    if let directory = stateDirectory ?? configuration.stateDirectory {
      self.stateDirectory = directory
    } else {
      self.stateDirectory = try SitePaths.stateDirectory(environment)
    }
    let budget = running.errorBudget ?? configuration.errorBudget
    options = Options(
      settle: running.settle ?? configuration.settle ?? usual.settle,
      errorBudget: budget.map(\.limit) ?? usual.errorBudget,
      returnPrimaries: running.returnPrimaries || usual.returnPrimaries, lagBound: usual.lagBound,
      // What is not said is derived, once it is known how much data there is.
      backWithin: running.backWithin ?? usual.backWithin, backWithinData: running.backWithin == nil ? 0 : nil,
      pace: Pace(scope: running.scope ?? .all, window: running.window?.window, bake: running.bake ?? .zero))
  }
}
