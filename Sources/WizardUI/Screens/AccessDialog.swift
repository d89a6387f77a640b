// What ssh asks for, in its own words, with a field that shows nothing of a secret.
//
//      ╔═ ssh asks ═══════════════════════════════════════════════════════════════╗
//      ║ Asked    Enter passphrase for key '/home/ops/.ssh/id_ed25519':           ║
//      ║ Goes to  the ssh program alone; it is kept nowhere                       ║
//      ║ Not shown:  ********                                                     ║
//      ║     [ Esc  refuse ]     [ Enter  hand it to ssh ]                        ║
//      ╚══════════════════════════════════════════════════════════════════════════╝

import UpgradeCore

struct AccessDialog {
  let dialog: Dialog

  init(_ typed: TypedDialog, _ question: AccessQuestion?, isArmed: Bool) {
    guard let question else {
      dialog = Dialog("ssh does not ask any more", paragraphs: [])
      return
    }
    var paragraphs: [WrappedText] = []
    for (index, line) in question.lines.enumerated() {
      paragraphs.append(Self.paragraph(index == 0 ? "Asked" : "", line))
    }
    switch question.kind {
    case .secret: paragraphs.append(Self.paragraph("Goes to", "the ssh program alone; it is kept nowhere"))
    case .notice: paragraphs.append(Self.paragraph("Then", "ssh goes on by itself; nothing is typed here"))
    case .hostKey:
      paragraphs.append(
        Self.paragraph("Compare", "the fingerprint with one that you have from the host itself, not over the network"))
      paragraphs.append(Self.paragraph("After it", "ssh keeps the key in known_hosts and does not ask again"))
    }
    var dialog = Dialog(
      question.kind == .hostKey ? "ssh does not know this host" : "ssh asks", paragraphs: paragraphs,
      style: question.kind == .hostKey ? .danger : .bold)
    dialog.first = typed.first
    dialog.keys = [Line("[ Esc  refuse ]")]
    if question.kind != .notice {
      dialog.field = typed.field
      let verb = question.kind == .hostKey ? "trust it" : "hand it to ssh"
      let enter = Line("[ Enter  \(verb) ]", isArmed ? .bold : .dim)
      dialog.keys.append(isArmed ? enter : Line("(wait) ") + enter)
    }
    self.dialog = dialog
  }

  private static func paragraph(_ label: String, _ text: String) -> WrappedText {
    WrappedText(text, label: Line(label, .bold), indent: 9)
  }
}
