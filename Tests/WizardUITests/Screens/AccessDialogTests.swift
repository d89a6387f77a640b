// What ssh asks for on the screen: read before it is answered, a secret never shown, an unknown key trusted by a word.
import SystemIO
import Testing

@testable import UpgradeCore
@testable import WizardUI

@Suite struct AccessDialogTests {
  private static let passphrase = AccessQuestion(
    number: 1, kind: .secret, text: "Enter passphrase for key '/home/ops/.ssh/id_ed25519': ")
  private static let hostKey = AccessQuestion(
    number: 2, kind: .hostKey,
    text: """
      The authenticity of host 'cache-1.example (10.0.3.10)' can't be established.
      ED25519 key fingerprint is SHA256:BFcGcFRYZXhRPWiqJUQGqg3qi0YbP7vhvpFXYbCCTBs.
      This key is not known by any other names.
      Are you sure you want to continue connecting (yes/no/[fingerprint])?\u{20}
      """)

  private func asked(_ question: AccessQuestion) -> ScreenScript {
    var script = ScreenScript(RunScene.secondNode)
    script.tell(.asked(question))
    script.settle()
    return script
  }

  /// What was handed over; the text is taken.
  private func handed(_ script: ScreenScript) -> [String] {
    script.effects.compactMap { effect in
      guard case .hand(let number, let text) = effect else { return nil }
      return "\(number): " + (text.map { String(decoding: $0.take(), as: UTF8.self) } ?? "refused")
    }
  }

  @Test func aPassphraseIsTypedAndNotShown() {
    var script = asked(Self.passphrase)
    script.press("open sesamE<Backspace>e")
    expectPicture(
      of: script.canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379       6.2.14 -> 7.0.15   LIVE   00:00:09
       1 Checks ok──2 Plan ok──[3 Nodes 1/6]──4 Finish──5 Report          ETA 34-45 s
       Health  ok 6/6 up  slots 16384/16384  max lag 36 B  client errors 0/s  0 s ago




        ╔═ ssh asks ═══════════════════════════════════════════════════════════════╗
        ║                                                                          ║
        ║ Asked    Enter passphrase for key '/home/ops/.ssh/id_ed25519':           ║
        ║ Goes to  the ssh program alone; it is kept nowhere                       ║
        ║                                                                          ║
        ║ Not shown:  ***********                                                  ║
        ║                                                                          ║
        ║              [ Esc  refuse ]     [ Enter  hand it to ssh ]               ║
        ╚══════════════════════════════════════════════════════════════════════════╝




       ssh waits for this before it goes on. What is typed goes to ssh alone and is
       kept nowhere.
       Esc refuse   Enter confirm   PgUp/PgDn scroll   F1 help   ^C hold
      """)
    #expect(!script.text.contains("sesam") && !"\(script.model)".contains("sesam"))
    script.press("<Enter>")
    #expect(handed(script) == ["1: open sesame"])
    // The run's own question comes back, and takes nothing that was typed for ssh.
    #expect(script.model.prompt?.name.hasPrefix("question") == true && script.sent.isEmpty)
  }

  @Test func nothingIsTakenBeforeItCouldBeRead() {
    var script = ScreenScript(RunScene.secondNode)
    script.time = script.time + .milliseconds(600)
    script.tell(.asked(Self.passphrase))
    script.settle()
    // An answer to the run's question that was on its way.
    script.pressNow(.character("y"))
    script.pressNow(.enter)
    #expect(script.sent.isEmpty && script.effects.isEmpty)
    script.time = script.time + .milliseconds(600)
    // Many a password is pasted; Enter is pressed by hand.
    for key in "s3cret" { script.pressNow(.character(key.unicodeScalars.first ?? " "), isPasted: true) }
    script.pressNow(.enter, isPasted: true, isAlone: false)
    #expect(script.effects.isEmpty)
    script.press("<Enter>")
    #expect(handed(script) == ["1: s3cret"])
  }

  @Test func anUnknownKeyIsTrustedByTheWordAlone() {
    var script = asked(Self.hostKey)
    #expect(script.text.contains("SHA256:BFcGcFRYZXhRPWiqJUQGqg3qi0YbP7vhvpFXYbCCTBs"))
    #expect(!script.text.contains("yes/no"))
    script.press("<Enter>y<Enter>")
    #expect(script.effects.isEmpty && script.text.contains("type exactly: yes"))
    script.press("es<Enter>")
    #expect(handed(script) == ["2: yes"])
  }

  @Test func escapeRefuses() {
    for question in [Self.passphrase, Self.hostKey] {
      var script = asked(question)
      script.press("abc<Esc>")
      #expect(handed(script) == ["\(question.number): refused"])
    }
  }

  @Test func whatIsWithdrawnIsGone() {
    var script = asked(Self.passphrase)
    script.press("half")
    script.tell(.asked(nil))
    script.settle()
    #expect(script.model.dialog == nil && script.effects.isEmpty)
    // The next one begins empty.
    script.tell(.asked(AccessQuestion(number: 7, kind: .secret, text: "ops@cache-1's password: ")))
    script.settle()
    script.press("<Enter>")
    #expect(handed(script) == ["7: "])
  }

  /// A host may have worded it: nothing of it acts on the terminal.
  @Test func whatIsAskedStaysInSightWhenTheProgramIsToEnd() {
    var script = asked(Self.passphrase)
    script.tell(.endWanted)
    #expect(script.sent == [.leave])
    #expect(script.text.contains("Enter passphrase for key") && script.model.dialog != nil)
  }

  @Test func theTextIsHostile() {
    let script = asked(AccessQuestion(number: 1, kind: .secret, text: "Code\u{1b}[2J:\u{202e} "))
    #expect(!script.text.unicodeScalars.contains { $0.value == 0x1b || $0.value == 0x202e })
  }

  @Test func aNoticeTakesNothing() {
    var script = asked(AccessQuestion(number: 3, kind: .notice, text: "Confirm user presence for key ED25519-SK"))
    script.press("<Enter>")
    #expect(script.effects.isEmpty && script.text.contains("Confirm user presence"))
  }
}
