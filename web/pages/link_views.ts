// Views of a link before anything is asked of anybody.

import {type KeyferryError} from "../base/error.ts";
import {isLocal, parseWebUrl} from "../codec/web_url.ts";
import {encodeShareLink, type ReadLink, type ShareLink} from "../transfer/share_link.ts";
import {button, copyButton, facts, field, form, notice, submitButton} from "./controls.ts";
import {h, type Child} from "./dom.ts";
import {deliberateAct} from "./hold_button.ts";
import {say, text} from "./say.ts";
import {type View} from "./shell.ts";
import {type Key} from "../languages/en.ts";

export function hostOf(address: string): string {
  return address.replace(/^https:\/\//, "").replace(/\/.*$/, "");
}

// addressFact shows a server's name and whether this browser has used it before.
export function addressFact(address: string, known: boolean): HTMLElement {
  return h(
    "span",
    {},
    h("bdi", {class: "address"}, hostOf(address)),
    " ",
    h("span", {class: known ? "tag" : "tag new"}, say(known ? "opened_known" : "opened_new")),
  );
}

export function localWarning(address: string): Child {
  return isLocal(parseWebUrl(address).host) && notice("warning", say("opened_local"));
}

// pasteForm is where a link is put in by hand.
export function pasteForm(open: (text: string) => void): HTMLElement {
  const paste = field({label: say("paste_label"), help: say("paste_help"), wide: true});
  return form(() => open(paste.input.value), paste.element, submitButton(say("paste_open")));
}

const kBadLinks = ["cut", "damaged", "newer", "several"] as const;

// badLinkView names what is wrong with a link, and lets the person paste it again.
export function badLinkView(error: KeyferryError, open: (text: string) => void): View {
  const name = kBadLinks.find((reason) => reason === error.reason) ?? "bad_link";
  return {
    name: name === "bad_link" ? "bad-link" : name,
    title: say(`${name}_title` as Key),
    state: "stopped",
    content: [h("p", {class: "lead"}, say(name)), pasteForm(open)],
  };
}

export function damagedView(tryIt: () => void, open: (text: string) => void): View {
  return {
    name: "damaged",
    title: say("damaged_title"),
    state: "stopped",
    content: [
      h("p", {class: "lead"}, say("damaged")),
      pasteForm(open),
      h("p", {class: "actions"}, button("quiet", say("damaged_try"), tryIt)),
    ],
  };
}

export function secretView(submit: (secret: string, complain: (problem: string) => void) => void): View {
  const secret = field({label: say("secret_label"), help: say("secret_help"), wide: true});
  return {
    name: "secret-missing",
    title: say("secret_title"),
    content: [
      h("p", {class: "lead"}, say("secret_lead")),
      form(() => submit(secret.input.value, secret.complain), secret.element, submitButton(say("secret_go"))),
    ],
  };
}

export interface OpenedActions {
  known: boolean; // the relay was used here before
  canStore: boolean;
  begin: () => void; // the person begins to open it
  open: () => void;
  otherDevice: () => void;
  leave: () => void;
}

export function openedView(read: ReadLink, actions: OpenedActions): View {
  const act = actions.canStore
    ? deliberateAct(actions.begin, actions.open)
    : notice("warning", h("b", {}, say("store_none_title")), " ", say("store_none"));
  return {
    name: "opened",
    title: say("opened_title"),
    content: [
      h("p", {class: "lead"}, say("opened_lead")),
      facts([["opened_relay", addressFact(read.link.base, actions.known)]]),
      localWarning(read.link.base),
      read.secretWasInPath && notice("warning", say("opened_in_path")),
      act,
      h(
        "p",
        {class: "actions"},
        button("plain", say("other_device"), actions.otherDevice),
        button("quiet", say("not_for_me"), actions.leave),
      ),
      h("p", {class: "small"}, say("opened_reload"), " ", say("opened_history")),
    ],
  };
}

export function leftView(home: () => void): View {
  return {
    name: "left",
    title: say("left_title"),
    content: [h("p", {class: "lead"}, say("left")), h("p", {class: "actions"}, button("plain", say("failed_home"), home))],
  };
}

// otherDeviceView shows the whole link; nothing is claimed.
export function otherDeviceView(link: ShareLink, picture: (content: string, label: string) => Promise<Node>, back: () => void): View {
  const whole = encodeShareLink(link);
  const place = h("div", {class: "qr"});
  // Without the picture the link can still be copied.
  void picture(whole, text("other_qr")).then((drawn) => place.replaceChildren(drawn), () => place.remove());
  return {
    name: "other-device",
    title: say("other_title"),
    content: [
      h("p", {class: "lead"}, say("other_lead")),
      place,
      copyButton("other_copy", () => whole),
      h("p", {}, say("other_command"), " ", h("code", {dir: "ltr"}, "keyferry accept")),
      notice("warning", say("other_warning")),
      h("p", {class: "actions"}, button("plain", say("back"), back)),
    ],
  };
}
