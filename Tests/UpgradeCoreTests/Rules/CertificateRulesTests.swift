// Certificates that end during the run, soon after, or in a year, read as transcripts.

import Testing

@testable import UpgradeCore

@Suite struct CertificateRulesTests {
  private static let node = TestCluster.node(7003)
  private static let day = 86_400
  /// 2026-11-20T09:00:00Z.
  private static let now: Int64 = 1_795_165_200_000

  private static func certificate(
    _ bearer: CertificateReading.Bearer, _ subject: String, seconds: Int
  ) -> CertificateReading {
    CertificateReading(
      bearer, subject: subject, end: WallTime(milliseconds: now + Int64(seconds) * 1000), left: .seconds(seconds))
  }

  /// Servers that speak TLS, whose certificates end in a year, but for those of 7003.
  private static func encrypted(_ certificates: [CertificateReading]) -> @Sendable (inout TestCluster) -> Void {
    { cluster in
      cluster.encryption = EncryptionFiles(authorities: "/ca.pem")
      for port in 7000...7005 { cluster[port].certificates = [certificate(.server, "CN=all", seconds: 365 * day)] }
      cluster[7003].certificates = certificates
      cluster[7003].configuration["tls-cert-file"] = "/etc/redis/7003.pem"
    }
  }

  @Test(arguments: [
    RuleCase("plain", node, "n/a: connections are plain"),
    RuleCase(
      "a year", node, "holds: until 2027-11-20 09:00 UTC (in 365 days)",
      encrypted([certificate(.server, "CN=a", seconds: 365 * day)])),
    RuleCase(
      "a day more than a fortnight", node, "holds: until 2026-12-05 09:00 UTC (in 15 days)",
      encrypted([certificate(.server, "CN=a", seconds: 15 * day)])),
    RuleCase(
      "a day less than a fortnight", node,
      "broken: the certificate of 127.0.0.1:7003 (CN=a) ends 2026-12-03 09:00 UTC (in 13 days), soon after the run -> "
        + "renew it in place, and have the server read it again: redis-cli -h 127.0.0.1 -p 7003 --tls --cacert /ca.pem "
        + "CONFIG SET tls-cert-file /etc/redis/7003.pem",
      encrypted([certificate(.server, "CN=a", seconds: 13 * day)])),
    RuleCase(
      "two hours", node,
      "broken: the certificate of 127.0.0.1:7003 (CN=a) ends 2026-11-20 11:00 UTC (in 2 h); the run may take 2 h -> "
        + "renew it in place, and have the server read it again: redis-cli -h 127.0.0.1 -p 7003 --tls --cacert /ca.pem "
        + "CONFIG SET tls-cert-file /etc/redis/7003.pem",
      encrypted([certificate(.server, "CN=a", seconds: 7200)])),
    RuleCase(
      "its authority first", node,
      "broken: an authority behind the certificate of 127.0.0.1:7003 (CN=root) ends 2026-11-22 08:00 UTC (in 47 h), soon "
        + "after the run -> have the certificates signed by one that lasts, and give its file to servers and clients "
        + "(--cacert)",
      encrypted([
        certificate(.issuer, "CN=root", seconds: 47 * 3600), certificate(.ours, "CN=me", seconds: 5 * day),
      ])),
    RuleCase(
      "ours first", node,
      "broken: our own certificate (CN=me) ends 2026-11-25 09:00 UTC (in 5 days), soon after the run -> have it renewed, "
        + "and begin with the new one: --cert FILE --key FILE",
      encrypted([certificate(.server, "CN=a", seconds: 9 * day), certificate(.ours, "CN=me", seconds: 5 * day)])),
    RuleCase("not read", node, "unknown: 127.0.0.1:7003: its certificate has not been read", encrypted([])),
  ])
  func certificateExpiry(row: RuleCase) throws { try row.check("certificate-expiry") }

  /// One that ends in the middle refuses the start; one that ends soon after is told.
  @Test(arguments: [
    (7200, CheckResult.Result.fail, true), (3 * day, .warn, false), (30 * day, .pass, false), (-60, .fail, true),
  ])
  func whatItMeansForTheStart(left: Int, result: CheckResult.Result, refuses: Bool) throws {
    var cluster = TestCluster()
    Self.encrypted([Self.certificate(.server, "CN=a", seconds: left)])(&cluster)
    let checks = Rulebook.checks(in: try cluster.scene()).filter { $0.name == "certificate-expiry" }
    #expect(checks.count == 6)
    let row = try #require(checks.first { $0.objectID == Self.node })
    #expect(row.result == result && row.refuses == refuses)
    #expect(checks.filter { $0.objectID != Self.node }.allSatisfy { $0.result == .pass })
    #expect(!Rulebook.checks(in: try TestCluster().scene()).contains { $0.name == "certificate-expiry" })
  }
}
