// Whether something that is held works by its window, in one line.

import {type Time} from "../codec/rfc3339.ts";
import {type Window} from "../credential/window.ts";
import {h, type Child} from "./dom.ts";
import {say, showSpan, showTime} from "./say.ts";

export interface Standing {
  live: boolean;
  line: Child;
}

export function windowStanding({from, until}: Window, now: Time): Standing {
  if (now >= until) return {live: false, line: say("state_ended", {time: showTime(until)})};
  if (now < from) return {live: true, line: say("state_not_yet", {time: showTime(from)})};
  const left = h("small", {class: "left"}, say("left_for", {time: showSpan(until - now)}));
  return {live: true, line: h("span", {}, say("state_active", {time: showTime(until)}), left)};
}
