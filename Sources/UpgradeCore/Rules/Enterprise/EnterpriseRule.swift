// What the rules about a cluster of Redis Enterprise Software share.

/// A rule that rests on what the cluster says of itself; without that, nothing is decided.
protocol EnterpriseRule: Rule {
  func judge(_ object: ObjectID, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict
}

extension EnterpriseRule {
  package func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    guard scene.setup.enterprise != nil else {
      return .notApplicable(why: "this is no cluster of Redis Enterprise Software")
    }
    guard let survey = scene.snapshot.enterprise else {
      return .unknown(why: "the cluster has not been read, or not since the last change to it")
    }
    return judge(object, survey, in: scene)
  }

  package func objects(in scene: Scene) -> [ObjectID] { [.deployment] }
}
