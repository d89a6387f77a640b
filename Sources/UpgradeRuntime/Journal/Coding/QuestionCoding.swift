// How what is asked, answered and decided stands in the journal.
import UpgradeCore

extension ConsentClass: JournalCoded {}

extension PlannedStep: JournalCoded {
  var json: JSONValue { .object(["step": key.json, "consent": consentClass?.json]) }
  init(json: JSONValue) throws(CodingFault) {
    self.init(key: try json.field("step"), consentClass: try json.optional("consent"))
  }
}

extension Question: JournalCoded {
  var json: JSONValue {
    .object([
      "question": name.json, "consent": consentClass.json, "title": title.json, "lines": lines.json,
      "step": step?.json, "word": word.json, "of_command": isOfCommand ? true : nil,
    ])
  }
  init(json: JSONValue) throws(CodingFault) {
    self.init(
      name: try json.field("question"), consentClass: try json.field("consent"), title: try json.field("title"),
      lines: try json.field("lines"), step: try json.optional("step"), word: try json.field("word"))
    isOfCommand = try json.optional("of_command") ?? false
  }
}

extension PromptFate: JournalCoded {
  var json: JSONValue {
    switch self {
    case .replied(let reply): .object(["fate": "replied", "reply": reply.json])
    case .asked: .object(["fate": "asked"])
    case .answeredThere: .object(["fate": "answered-there"])
    }
  }
  init(json: JSONValue) throws(CodingFault) {
    let fate: String = try json.field("fate")
    switch fate {
    case "replied": self = .replied(try json.field("reply"))
    case "asked": self = .asked
    case "answered-there": self = .answeredThere
    default: throw CodingFault("is \(fate.json.text)").under("fate")
    }
  }
}

extension Answer.Source: JournalCoded {}

extension Answer: JournalCoded {
  var json: JSONValue {
    .object(["question": question.json, "answer": text.json, "source": source.json])
  }
  init(json: JSONValue) throws(CodingFault) {
    self.init(try json.field("question"), try json.field("answer"), source: try json.field("source"))
  }
}

extension Gate: JournalCoded {
  var json: JSONValue { .object(["rule": rule.json, "object": object.json]) }
  init(json: JSONValue) throws(CodingFault) {
    self.init(try json.field("rule"), try json.field("object"))
  }
}

extension Choice: JournalCoded {
  var json: JSONValue {
    switch self {
    case .rollBack(let node), .skip(let node): .object(["choice": name.json, "node": node.json])
    case .override(let gate): .object(["choice": name.json, "gate": gate.json])
    case .retry, .waitLonger, .askAgain, .adopt, .leave, .windDown, .stopHere: .object(["choice": name.json])
    }
  }

  init(json: JSONValue) throws(CodingFault) {
    let name: String = try json.field("choice")
    let simple: [Choice] = [.retry, .waitLonger, .askAgain, .adopt, .leave, .windDown, .stopHere]
    if let choice = simple.first(where: { $0.name == name }) {
      self = choice
    } else if name == "roll-back" {
      self = .rollBack(try json.field("node"))
    } else if name == "skip" {
      self = .skip(try json.field("node"))
    } else if name == "override" {
      self = .override(try json.field("gate"))
    } else {
      throw CodingFault("is \(name.json.text)").under("choice")
    }
  }
}

extension Offer: JournalCoded {
  var json: JSONValue {
    .object(["offer": choice.json, "text": text.json, "not_offered": notOffered?.json])
  }
  init(json: JSONValue) throws(CodingFault) {
    self.init(try json.field("offer"), try json.field("text"), notOffered: try json.optional("not_offered"))
  }
}

extension Problem: JournalCoded {
  var json: JSONValue {
    .object([
      "name": name.json, "object": object.json, "step": step?.json, "what": what.json, "risk": risk.json,
      "guess": guess?.json, "choices": choices.json,
    ])
  }
  init(json: JSONValue) throws(CodingFault) {
    self.init(
      name: try json.field("name"), object: try json.field("object"), step: try json.optional("step"),
      what: try json.field("what"), risk: try json.field("risk"), guess: try json.optional("guess"),
      choices: try json.field("choices"))
  }
}
