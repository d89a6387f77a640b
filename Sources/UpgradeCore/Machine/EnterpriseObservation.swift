// What was observed of a cluster of Redis Enterprise Software: the newest report, and each node's own word.

/// The volatile side of such a cluster.
package struct EnterpriseObservation: Sendable {
  private var survey: Layer<Enterprise.Survey>?
  /// A node's own word is asked for less often than the report, and is kept until the next one.
  private var reports: [Int: Layer<Enterprise.NodeReport>] = [:]
  /// Why the last round gave no report; cleared by a good one.
  var failure: Layer<String>?

  package init() {}

  /// `rladmin` takes a second or more, and is asked every few seconds.
  private static let surveyLimit = Duration.seconds(20)
  private static let reportLimit = Duration.seconds(90)

  mutating func take(_ survey: Enterprise.Survey, asOf: RecordNumber, at now: Instant) {
    for (number, report) in survey.nodes { reports[number] = Layer(report, asOf: asOf, at: now) }
    self.survey = Layer(survey, asOf: asOf, at: now)
    failure = nil
  }

  /// What may be said now: nothing that is older than our last effect, or too old.
  func survey(touched: RecordNumber, now: Instant) -> Enterprise.Survey? {
    guard let survey, survey.asOf >= touched, now - survey.at <= Self.surveyLimit,
      failure.map({ $0.at <= survey.at }) ?? true
    else { return nil }
    var result = survey.value
    result.age = now - survey.at
    result.nodes = reports.filter { $0.value.asOf >= touched && now - $0.value.at <= Self.reportLimit }.mapValues(
      \.value)
    return result
  }

  /// The newest report, however old it is.
  var latest: Enterprise.Survey? {
    guard var result = survey?.value else { return nil }
    result.nodes = reports.mapValues(\.value)
    return result
  }

  /// The record number at the request of the newest report, and of a node's own word.
  var surveyAsOf: RecordNumber? { survey?.asOf }
  func reportAsOf(_ number: Int) -> RecordNumber? { reports[number]?.asOf }
  func reportAge(_ number: Int, now: Instant) -> Duration? { reports[number].map { now - $0.at } }
}
