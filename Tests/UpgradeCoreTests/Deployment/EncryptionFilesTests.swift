// What an operator pastes works where servers speak TLS.

import Testing

@testable import UpgradeCore

@Suite struct EncryptionFilesTests {
  @Test func theWordsOfTheClient() {
    let table: [(EncryptionFiles, String)] = [
      (EncryptionFiles(), "--tls"),
      (EncryptionFiles(authorities: "/etc/ca.pem"), "--tls --cacert /etc/ca.pem"),
      (
        EncryptionFiles(authorities: "/a b", certificate: "/me.pem", key: "/it's", serverName: "redis.example"),
        "--tls --cacert '/a b' --cert /me.pem --key '/it'\\''s' --sni redis.example"
      ),
    ]
    for (files, words) in table { #expect(files.clientWords.joined(separator: " ") == words) }
  }
}
