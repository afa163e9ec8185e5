// A right to open doors that its sender signed: what it says, and its view once it is kept.

import {doorName, type DelegationRecord} from "../client/delegation_record.ts";
import {encodeHex} from "../base/hex.ts";
import {type Time} from "../codec/rfc3339.ts";
import {type DelegationRights} from "../transfer/delegation_rights.ts";
import {button, facts, notice} from "./controls.ts";
import {h, type Child} from "./dom.ts";
import {say, showHours, showList, showNumber, showSpan, showTime} from "./say.ts";
import {type View} from "./shell.ts";
import {type Outlook} from "./storage.ts";
import {windowStanding} from "./standing.ts";

const kWeek = 10080; // minutes
const kShownId = 4; // octets of a lock's id, as the command line shows them

// doorsTitle names the access: "Open front".
export function doorsTitle(rights: DelegationRights): DocumentFragment {
  return say("offered_doors", {doors: showList(rights.doors.map(doorName), "or")});
}

export function locksOf(rights: DelegationRights): string {
  return [...new Set(rights.doors.map((door) => encodeHex(door.subarray(0, kShownId))))].join(", ");
}

function isWholeWeek(hours: Required<DelegationRights>["hours"]): boolean {
  return hours[0]?.[0] === 0 && hours[0][1] === kWeek;
}

// limitsList says everything that narrows the right, and whether it goes on to others.
export function limitsList(rights: DelegationRights): HTMLElement {
  const {uses, hours, fresh, depth} = rights;
  const list = h("ul", {class: "rights"});
  list.append(
    h("li", {}, uses === undefined ? say("door_uses_any") : say("door_uses", {count: showNumber(uses)})),
    h("li", {}, hours === undefined || isWholeWeek(hours) ? say("door_hours_any") : say("door_hours", {hours: hours.map(showHours).join("; ")})),
  );
  if (fresh !== undefined) list.append(h("li", {}, say("door_fresh", {time: showSpan(fresh * 3600)})));
  list.append(h("li", {}, depth === 0 ? say("door_depth_none") : say("door_depth", {count: showNumber(depth)})));
  return list;
}

export function storageWarning(look: Outlook): Child {
  if (look.inApp) return notice("warning", say("store_in_app"));
  return look.lasts ? undefined : notice("warning", say("store_weak_door"));
}

export interface HeldDoorsActions {
  now: Time;
  outlook: Outlook;
  notes: Child[];
  forget: () => void;
  back: () => void;
}

// Only the lock hears of a right that was taken back, so this page tells its window alone.
export function heldDoorsView(record: DelegationRecord, actions: HeldDoorsActions): View {
  const {live, line} = windowStanding(record.window, actions.now);
  return {
    name: "held",
    title: doorsTitle(record.rights),
    state: live ? "done" : "stopped",
    content: [
      ...actions.notes,
      h("p", {class: "standing"}, line),
      live && notice("warning", say("door_kept")),
      live && h("p", {class: "small"}, say("door_unknown")),
      limitsList(record.rights),
      live && storageWarning(actions.outlook),
      h(
        "details",
        {},
        h("summary", {}, say("details")),
        facts([
          ["fact_lock", h("bdi", {}, locksOf(record.rights))],
          ["fact_taken", showTime(record.taken)],
          ["fact_signer", h("bdi", {class: "long"}, record.issuer)],
          ["fact_link", h("bdi", {class: "long"}, encodeHex(record.link))],
        ]),
      ),
      h("p", {class: "actions"}, button("plain", say("back"), actions.back), button("danger", say("forget_door"), actions.forget)),
    ],
  };
}
