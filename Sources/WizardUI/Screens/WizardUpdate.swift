// What every message does to the operator's place, and what is to be done about it: pure, so that a key script tests it.

package import SystemIO
package import UpgradeCore

extension WizardModel {
  /// Takes one message; the picture is the newest one, the time that of the message.
  package mutating func update(
    _ message: WizardMessage, _ picture: RunPicture, at now: MonotonicTime
  ) -> [WizardEffect] {
    var effects: [WizardEffect] = []
    // What was asked may be gone already: a key never answers an older picture, nor goes to another command.
    effects += leaveWhatIsGone(picture, at: now)
    reconcile(picture)
    switch message {
    case .press(let press): effects += take(press, picture, at: now)
    case .appeared(let name): appeared(name, at: now)
    case .resized(let size): effects += resize(size)
    case .pictured: break
    case .taken(let command): effects += taken(command, picture)
    case .refused(let command, let reason): refused(command, reason)
    case .said(let sentence): status = sentence
    case .asked(let question): access = question
    case .endWanted: effects += endFromOutside(picture)
    }
    effects += leaveWhatIsGone(picture, at: now)
    reconcile(picture)
    if isEnding, let conclusion = picture.conclusion { effects.append(.end(conclusion.exitCode)) }
    return effects
  }

  /// The terminal or the program's caller goes: the run is told, and ends as it would for a person who leaves.
  private mutating func endFromOutside(_ picture: RunPicture) -> [WizardEffect] {
    isEnding = true
    return picture.conclusion == nil ? send(.leave, picture) : []
  }

  /// Commands get terminals of the pane's size; where they cannot be looked at for a moment, they keep what they have.
  private mutating func resize(_ size: Size) -> [WizardEffect] {
    self.size = size
    return OutputScreen.terminalSize(in: size).map { [.send(.showOutput($0))] } ?? []
  }

  // MARK: - Keys

  private mutating func take(_ press: KeyPress, _ picture: RunPicture, at now: MonotonicTime) -> [WizardEffect] {
    if let swallowed = swallow(press, at: now) { return swallowed }
    let name = screenName(picture)
    if name == .attached { return type(press, picture) }
    // Only fields take what is pasted, as text: elsewhere each of its letters would ask for something.
    let isText = (name == .typed || name == .searching) && (press.key.printable != nil || press.key == .enter)
    guard !press.isPasted || isText else {
      status = prompt == nil ? "Pasted text asks for nothing here." : "Pasted text never answers."
      return []
    }
    if let request = Request.meant(by: press.key, on: name) {
      return take(request, press, picture, at: now)
    }
    if dialog != nil {
      type(press, at: now)
    } else if searchField != nil {
      typeSearch(press, picture)
    } else if press.key == .enter, prompt != nil {
      status =
        press.isPasted
        ? "Pasted text never answers." : "Enter answers nothing here. Press one of the keys that the row names."
    }
    return []
  }

  /// Edits the field of the dialog. Nothing pasted is taken, and nothing typed before the dialog could be read.
  private mutating func type(_ press: KeyPress, at now: MonotonicTime) {
    // Many a password is pasted; it is no answer before Enter is pressed by hand.
    if press.isPasted, dialog?.hidden == nil {
      status = "Pasted text is not taken here: type the words."
      return
    }
    guard gate.isArmed(at: now) else { return }
    if dialog?.edit(press.key) == true { status = nil }
  }

  private mutating func take(
    _ request: Request, _ press: KeyPress, _ picture: RunPicture, at now: MonotonicTime
  ) -> [WizardEffect] {
    if let reason = readOnlyReason(request, picture) {
      status = reason
      return []
    }
    switch request {
    case .redraw: return [.redraw]
    case .write: return [.write(written(picture))]
    case .picture: return [.write(nil)]
    case .copy: return [.copy(copied(picture))]
    case .suspend: return suspend(picture)
    case .yes, .no, .choose, .confirm: return answer(request, press, picture, at: now)
    case .cancel: return back(picture)
    case .quit: return quit(press, picture, at: now)
    case .pause: return pause(picture)
    case .interrupt: return interrupt(press, picture, at: now)
    case .help: return open(.help)
    case .search: return beginSearch(picture)
    case .filter:
      beginFilter()
      return []
    case .searchNext, .searchPrevious: return stepSearch(forward: request == .searchNext, picture)
    case .keep:
      endTypingSearch()
      return []
    default: break
    }
    if dialog != nil || view?.name == .help { return scrollOverlay(request, picture) }
    switch request {
    case .commands, .output, .health, .journal:
      return open(
        request == .commands ? .commands : request == .output ? .output : request == .health ? .health : .journal)
    case .attach: return attach(press, picture)
    case .nextPane, .previousPane:
      isLower.toggle()
      return []
    default: break
    }
    let screen = screen(picture)
    if let reason = screen.refusals[request] {
      status = reason
      return []
    }
    status = nil
    return screen.take(request, &self) ?? look(request, picture)
  }

  /// Moves the text of the dialog or of the help; the screen below stays where it is.
  private mutating func scrollOverlay(_ request: Request, _ picture: RunPicture) -> [WizardEffect] {
    if let dialog {
      let most = DecisionDialog(dialog, picture, access: access, isArmed: true).dialog.furthestFirst(
        in: Overlay.dialogArea(body))
      let first = Movement.target(request, from: min(dialog.first, most), of: most + 1)
      self.dialog?.first = first ?? dialog.first
    } else if let place = view?.place {
      let help = HelpPage(picture, self).overlay
      let moved = place.moved(request, of: help.rows(in: body).count, height: body.inset().rows)
      view?.place = moved ?? place
    }
    return []
  }

  // MARK: - Looking around

  private mutating func open(_ name: ScreenName) -> [WizardEffect] {
    if dialog != nil, name == .help { dialog = nil }
    status = nil
    if view?.name == name {
      uncover()
      return []
    }
    covered = name == .help ? view : nil
    if name == .journal { journal = JournalPlace() }
    view = View(name: name, place: name == .output ? .newest : .from(0))
    return []
  }

  /// The page that lies over all others goes.
  private mutating func uncover() {
    view = covered
    covered = nil
  }

  /// One level back: the page, then the dialog, then what the operator raised, then the look at another step.
  private mutating func back(_ picture: RunPicture) -> [WizardEffect] {
    status = nil
    if view == nil, case .access(let number)? = dialog?.prompt {
      access = nil
      return [.hand(number, nil)]
    }
    if view?.search != nil {
      view?.search = nil
    } else if view != nil {
      uncover()
    } else if own != nil {
      own = nil
      dialog = nil
    } else if dialog != nil {
      dialog = nil
    } else if step(picture) == .checks, checks.filter.isOpen {
      checks.filter = ChecksFilter()
    } else {
      lookingAt = nil
    }
    return []
  }

  /// `<` and `>` without a meaning of the screen's own: earlier steps can be looked at, later ones are not reached so.
  private mutating func look(_ request: Request, _ picture: RunPicture) -> [WizardEffect] {
    let shown = step(picture)
    if picture.isWithoutRun, request == .previousStep || request == .nextStep {
      status = "There are no steps: no run is followed."
      return []
    }
    switch request {
    case .previousStep:
      guard let earlier = RailStep(rawValue: shown.rawValue - 1) else {
        status = "This is the first step."
        return []
      }
      guard !picture.isReadOnly || earlier != .checks else {
        status = "The checks were made by the wizard that began the run; its journal does not keep them."
        return []
      }
      lookingAt = earlier
    case .nextStep:
      guard lookingAt != nil, let later = RailStep(rawValue: shown.rawValue + 1) else {
        status = "The run goes to the next step by itself, when this one is done."
        return []
      }
      lookingAt = later == picture.rail ? nil : later
    case .override:
      status = "A rule can be set aside only where a problem offers it, for one step."
    default: break
    }
    return []
  }

  // MARK: - Leaving, pausing

  private mutating func quit(_ press: KeyPress, _ picture: RunPicture, at now: MonotonicTime) -> [WizardEffect] {
    if let conclusion = picture.conclusion { return [.end(conclusion.exitCode)] }
    if ScreenLayout.isTooSmall(size), prompt == .leave {
      return gate.accepts(press, at: now) == .armed ? leave(picture) : []
    }
    closePage()
    raise(.leave)
    return []
  }

  /// What is asked now has the screen and the keys.
  private mutating func closePage() {
    view = nil
    checks.filter.field = nil
  }

  private mutating func suspend(_ picture: RunPicture) -> [WizardEffect] {
    // Who only watches holds up nothing.
    if !picture.isReadOnly, let flight = picture.state.inFlight {
      status = "Not while a step runs: \(flight.effect.step.sentence(in: picture.setup))."
      return []
    }
    return [.suspend]
  }

  private mutating func pause(_ picture: RunPicture) -> [WizardEffect] {
    guard canHold(picture) else {
      status = "Nothing runs that could be held."
      return []
    }
    if picture.isPaused {
      raise(.goOn)
      return []
    }
    return hold()
  }

  private func canHold(_ picture: RunPicture) -> Bool {
    !picture.isReadOnly && (picture.rail == .nodes || picture.rail == .finish) && picture.state.ended == nil
  }

  mutating func hold() -> [WizardEffect] {
    status = "Held: what runs is finished, then nothing begins until \(Request.pause.label) is pressed again."
    return [.send(.pause(true))]
  }

  /// Somebody who presses ^C wants it to stop, and may not know what that means here: it is asked. Pressed again it
  /// changes nothing.
  private mutating func interrupt(
    _ press: KeyPress, _ picture: RunPicture, at now: MonotonicTime
  ) -> [WizardEffect] {
    guard picture.conclusion == nil else { return quit(press, picture, at: now) }
    if own == .hold || own == .leave { return [] }
    guard canHold(picture), !picture.isPaused, !ScreenLayout.isTooSmall(size) else {
      return quit(press, picture, at: now)
    }
    closePage()
    raise(.hold)
    return []
  }
}
