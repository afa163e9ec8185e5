// What did not work, and how all of this works.

import {type KeyferryError} from "../base/error.ts";
import {button, notice} from "./controls.ts";
import {h, type Child} from "./dom.ts";
import {failureOf} from "./failures.ts";
import {say, showSpan} from "./say.ts";
import {type View} from "./shell.ts";

export interface FailedActions {
  again: () => void;
  home: () => void;
  remove: () => void;
  givenBack: boolean; // false: nobody knows yet whether the relay let it go
  clockDifference: number; // of the server's clock, in seconds; positive: ours is behind
}

function clockNotice(difference: number): Child {
  if (Math.abs(difference) <= 60) return undefined;
  return notice("note", say(difference > 0 ? "clock_behind" : "clock_ahead", {time: showSpan(Math.abs(difference))}));
}

export function failedView(error: KeyferryError, actions: FailedActions): View {
  const failure = failureOf(error);
  return {
    name: "failed",
    title: say(failure.title),
    state: "stopped",
    content: [
      h("p", {class: "lead", "data-reason": error.reason || error.code}, say(actions.givenBack ? failure.text : "not_given_back")),
      failure.detail && error.detail !== "" && h("p", {class: "small"}, say("failed_detail"), " ", h("q", {lang: "en", dir: "auto"}, error.detail)),
      clockNotice(actions.clockDifference),
      h(
        "p",
        {class: "actions"},
        failure.again && button("primary", say("failed_again"), actions.again),
        failure.remove && button("danger", say("home_remove"), actions.remove),
        button("plain", say("failed_home"), actions.home),
      ),
    ],
  };
}

export function howView(label: string, release: string, back: () => void): View {
  return {
    name: "how",
    title: say("how_title"),
    content: [
      h("p", {class: "lead"}, say("how_intro")),
      h("h2", {}, say("how_see_title")),
      h("p", {}, say("how_see", {label})),
      h("h2", {}, say("how_keys_title")),
      h("p", {}, say("how_keys")),
      h("h2", {}, say("how_trust_title")),
      h("ul", {class: "trust"}, ...(["how_trust_1", "how_trust_2", "how_trust_3", "how_trust_4"] as const).map((key) => h("li", {}, say(key)))),
      h("h2", {}, say("how_tried_title")),
      h("p", {}, say("how_tried")),
      h("p", {class: "small"}, say("how_release", {release})),
      h("p", {class: "actions"}, button("plain", say("back"), back)),
    ],
  };
}
