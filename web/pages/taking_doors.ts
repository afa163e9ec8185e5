// The view of a right to open doors that is offered.

import {type Asks, type OfferedDelegation, type Yes} from "../client/person.ts";
import {type Time} from "../codec/rfc3339.ts";
import {button, facts, field, form, notice, submitButton} from "./controls.ts";
import {h, type Child} from "./dom.ts";
import {doorsTitle, limitsList, locksOf, storageWarning} from "./doors.ts";
import {say, showSpan, showTime} from "./say.ts";
import {type View} from "./shell.ts";
import {type Outlook} from "./storage.ts";
import {readCode} from "./taking_views.ts";

export interface OfferedDoorsActions {
  outlook: Outlook;
  now: Time;
  notes: Child[];
  answer: (yes: Yes | undefined) => void;
}

export function offeredDoorsView(offered: OfferedDelegation, asks: Asks, actions: OfferedDoorsActions): View {
  const code = asks.code ? field({label: say("code_label"), help: say("code_help"), digits: true}) : undefined;
  const submit = () => {
    const digits = code === undefined ? undefined : readCode(code);
    if (code === undefined) actions.answer({});
    else if (digits !== undefined) actions.answer({code: digits});
  };
  const left = h("small", {}, showSpan(offered.expires - actions.now));
  return {
    name: "offered",
    title: say("offered_title"),
    content: [
      h("p", {class: "offer"}, doorsTitle(offered.rights)),
      limitsList(offered.rights),
      facts([
        ["fact_lock", h("bdi", {}, locksOf(offered.rights))],
        ["fact_until", h("span", {}, showTime(offered.expires), left)],
        ["fact_signer", h("bdi", {class: "long"}, offered.issuer)],
      ]),
      h("p", {class: "small"}, say("door_signed")),
      notice("warning", say("door_not_here")),
      ...actions.notes,
      storageWarning(actions.outlook),
      form(
        submit,
        code?.element,
        h("p", {class: "help"}, say(asks.code ? "ask_help_code" : "ask_help")),
        h("p", {class: "actions"}, submitButton(say("ask")), button("plain", say("decline"), () => actions.answer(undefined))),
      ),
    ],
  };
}
