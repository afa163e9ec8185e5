// Views of a share that is being taken.

import {type Asks, type PinProblem, type Yes} from "../client/person.ts";
import {type Offered} from "../client/offer_plan.ts";
import {digitsOf} from "../codec/text.ts";
import {type TxCode} from "../credential/offer.ts";
import {button, facts, field, form, notice, submitButton, wait, type Field} from "./controls.ts";
import {h, type Child} from "./dom.ts";
import {addressFact, hostOf, localWarning} from "./link_views.ts";
import {rightsList, rightsTitle} from "./rights.ts";
import {say, showSpan, showTime, text} from "./say.ts";
import {type View} from "./shell.ts";
import {type Outlook} from "./storage.ts";

const kCodeDigits = 6;
const kShortLived = 7 * 86400;

export function workingView(name: "opening" | "asked" | "taking", host: string, giveUp: () => void): View {
  return {
    name,
    title: say(`${name}_title`),
    state: "waiting",
    content: [
      wait(name === "opening" ? say("opening", {host: hostOf(host)}) : say(name)),
      h("p", {class: "actions"}, button("quiet", say("give_up"), giveUp)),
    ],
  };
}

export function elsewhereView(home: () => void): View {
  return {
    name: "elsewhere",
    title: say("elsewhere_title"),
    state: "waiting",
    content: [h("p", {class: "lead"}, say("elsewhere")), h("p", {class: "actions"}, button("plain", say("failed_home"), home))],
  };
}

// storageNotice warns where what is taken may not last, the more so the longer it should.
export function storageNotice(look: Outlook, seconds: number): Child {
  if (look.inApp) return notice("warning", say("store_in_app"));
  return look.lasts || seconds <= kShortLived ? undefined : notice("warning", say("store_weak_long"));
}

function pinHelp(rule: TxCode): DocumentFragment {
  return rule.length === undefined ? say("pin_help_plain") : say("pin_help", {length: String(rule.length)});
}

// readPin returns what the authority wants, or complains: a PIN that cannot be right costs no try.
function readPin(pin: Field, rule: TxCode): string | undefined {
  let typed = pin.input.value.trim();
  const bad = () => pin.complain(rule.length === undefined ? text("pin_empty") : text("pin_bad", {length: String(rule.length)}));
  if (rule.inputMode === "numeric") {
    try {
      typed = digitsOf(typed);
    } catch {
      bad();
      return undefined;
    }
  }
  if (typed === "" || (rule.length !== undefined && typed.length !== rule.length)) {
    bad();
    return undefined;
  }
  return typed;
}

export function readCode(code: Field): string | undefined {
  let digits = "";
  try {
    digits = digitsOf(code.input.value);
  } catch {
    // said below
  }
  if (digits.length === kCodeDigits) return digits;
  code.complain(text("code_bad"));
  return undefined;
}

function pinField(rule: TxCode): Field {
  return field({label: say("pin_label"), help: pinHelp(rule), digits: rule.inputMode === "numeric"});
}

export interface OfferedActions {
  known: boolean; // the authority was used here before
  outlook: Outlook;
  now: number;
  notes: Child[];
  answer: (yes: Yes | undefined) => void;
}

function offeredFacts(offered: Offered, actions: OfferedActions): HTMLElement {
  const {window} = offered;
  const begins = window !== undefined && window.from > actions.now;
  return facts([
    ["fact_authority", addressFact(offered.authority, actions.known)],
    begins && ["fact_from", showTime(window.from)],
    window !== undefined && ["fact_until", h("span", {}, showTime(window.until), h("small", {}, showSpan(window.until - actions.now)))],
  ]);
}

// What the person types goes nowhere until both fields can be right.
export function offeredView(offered: Offered, asks: Asks, actions: OfferedActions): View {
  const code = asks.code ? field({label: say("code_label"), help: say("code_help"), digits: true}) : undefined;
  const pin = asks.pin === undefined ? undefined : pinField(asks.pin);
  const submit = () => {
    const yes: Yes = {};
    if (code !== undefined) {
      const digits = readCode(code);
      if (digits === undefined) return;
      yes.code = digits;
    }
    if (pin !== undefined && asks.pin !== undefined) {
      const typed = readPin(pin, asks.pin);
      if (typed === undefined) return;
      yes.pin = typed;
    }
    actions.answer(yes);
  };
  const left = (offered.window?.until ?? actions.now) - actions.now;
  return {
    name: "offered",
    title: say("offered_title"),
    content: [
      h("p", {class: "offer"}, rightsTitle(offered.kind, offered.rights)),
      offered.rights !== undefined && rightsList(offered.rights),
      asks.note !== undefined && h("figure", {class: "note"}, h("figcaption", {}, say("note")), h("blockquote", {dir: "auto"}, asks.note)),
      offeredFacts(offered, actions),
      localWarning(offered.authority),
      ...actions.notes,
      storageNotice(actions.outlook, left),
      form(
        submit,
        code?.element,
        pin?.element,
        asks.confirmed && h("p", {class: "help"}, say(asks.code ? "ask_help_code" : "ask_help")),
        h("p", {class: "actions"}, submitButton(say(asks.confirmed ? "ask" : "take")), button("plain", say("decline"), () => actions.answer(undefined))),
      ),
    ],
  };
}

export function wordsView(words: readonly string[], digits: string, coded: boolean, giveUp: () => void): View {
  const list = h("ol", {class: coded ? "words small-words" : "words", dir: "ltr", lang: "en"});
  list.append(...words.map((word) => h("li", {}, word)));
  return {
    name: "words",
    title: say(coded ? "words_coded_title" : "words_title"),
    state: "waiting",
    content: [
      h("p", {class: "lead"}, say(coded ? "words_coded" : "words_lead")),
      list,
      h("p", {class: "digits-line"}, say("words_digits"), " ", h("bdi", {class: "digits"}, digits)),
      wait(say(coded ? "asked" : "words_waiting")),
      !coded && h("p", {class: "small"}, say("words_why")),
      h("p", {class: "actions"}, button("quiet", say("give_up"), giveUp)),
    ],
  };
}

export function pinView(rule: TxCode, problem: PinProblem | undefined, answer: (pin: string | undefined) => void): View {
  const pin = pinField(rule);
  const submit = () => {
    const typed = readPin(pin, rule);
    if (typed !== undefined) answer(typed);
  };
  if (problem?.problem === "wrong") {
    const tries = problem.triesLeft;
    queueMicrotask(() => pin.complain(tries === undefined ? text("pin_wrong") : text("pin_wrong_left", {tries: String(tries)})));
  }
  return {
    name: "pin",
    title: say("pin_title"),
    content: [
      h("p", {class: "lead"}, say(problem?.problem === "locked" ? "pin_locked" : "pin_lead")),
      form(submit, pin.element, h("p", {class: "actions"}, submitButton(say("pin_go")), button("quiet", say("give_up"), () => answer(undefined)))),
    ],
  };
}
