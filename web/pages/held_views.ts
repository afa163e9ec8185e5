// Views of what is held: the list, and one credential with what its kind needs.

import {type Time} from "../codec/rfc3339.ts";
import {type CredentialRecord} from "../client/credential_record.ts";
import {isDelegation, type HeldRecord} from "../client/delegation_record.ts";
import {
  archiveName, pasteCommand, sshFiles, sshLines, type SshLine, type System,
} from "../client/ssh_files.ts";
import {encodeTar} from "../codec/tar.ts";
import {kindNamed} from "../credential/kind.ts";
import {parseRights} from "../credential/rights.ts";
import {type Damaged, type Running} from "../keystore/page_store.ts";
import {button, choice, copyButton, facts, notice} from "./controls.ts";
import {h, saveFile, type Child} from "./dom.ts";
import {doorsTitle} from "./doors.ts";
import {addressFact, pasteForm} from "./link_views.ts";
import {rightsList, rightsTitle} from "./rights.ts";
import {say, showTime} from "./say.ts";
import {type View} from "./shell.ts";
import {windowStanding, type Standing} from "./standing.ts";
import {ownSystem, type Outlook} from "./storage.ts";
import {storageNotice} from "./taking_views.ts";

// standing says in one line whether the credential works.
export function standing(record: CredentialRecord, now: Time): Standing {
  const over = {revoked: "state_revoked", refused: "state_refused", ended: "state_given_up"} as const;
  const word = over[record.over as keyof typeof over];
  if (word !== undefined) return {live: false, line: say(word)};
  if (record.over !== "") return {live: false, line: say("state_ended", {time: showTime(record.window.until)})};
  return windowStanding(record.window, now);
}

export interface HomeActions {
  open: (link: string) => void;
  resume: (id: string) => void;
  giveUp: (id: string) => void;
  show: (id: string) => void;
  remove: (id: string) => void;
  forgetAll: () => void;
}

function titleOf(record: HeldRecord): DocumentFragment {
  if (isDelegation(record)) return doorsTitle(record.rights);
  const kind = kindNamed(record.kind);
  return rightsTitle(kind, parseRights(kind.schema, record.rights));
}

function heldCard(record: HeldRecord, now: Time, show: (id: string) => void): HTMLElement {
  const {live, line} = isDelegation(record) ? windowStanding(record.window, now) : standing(record, now);
  return h(
    "li",
    {class: live ? "card" : "card over"},
    h("button", {type: "button", class: "card-button", click: () => show(record.id)}, titleOf(record)),
    h("p", {class: "small"}, line),
  );
}

function damagedCard(id: string, remove: (id: string) => void): HTMLElement {
  return h("li", {class: "card over"}, h("p", {}, say("home_damaged")), button("plain", say("home_remove"), () => remove(id)));
}

export function homeView(
  held: readonly (HeldRecord | Damaged)[], running: readonly Running[], now: Time, notes: Child[], actions: HomeActions,
): View {
  const empty = held.length === 0 && running.length === 0;
  const list = h("ul", {class: "cards"});
  list.append(...held.map((record) => ("damaged" in record ? damagedCard(record.id, actions.remove) : heldCard(record, now, actions.show))));
  const begun = h("ul", {class: "cards"});
  begun.append(...running.map(({id, started}) =>
    h("li", {class: "card"}, h("p", {}, say("home_running_since", {time: showTime(started)})), 
      h("p", {class: "actions"}, button("primary", say("home_continue"), () => actions.resume(id)), button("quiet", say("give_up"), () => actions.giveUp(id))))));
  return {
    name: "home",
    title: say(empty ? "home_title_new" : "home_title"),
    content: [
      ...notes,
      empty && h("p", {class: "lead"}, say("home_lead")),
      running.length > 0 && h("section", {}, h("h2", {}, say("home_running")), begun),
      held.length > 0 && list,
      pasteForm(actions.open),
      empty && h("p", {class: "small"}, say("home_empty")),
      !empty && h("p", {class: "actions"}, button("quiet", say("forget_all"), actions.forgetAll)),
    ],
  };
}

export interface HeldActions {
  now: Time;
  outlook: Outlook;
  notes: Child[];
  renewed: Time | undefined; // since the files were downloaded
  known: boolean;
  refresh: (status: HTMLElement) => void;
  forget: () => void;
  back: () => void;
}

function downloads(record: CredentialRecord): HTMLElement {
  const archive = archiveName(record);
  const all = async () => {
    saveFile(archive, encodeTar(record.name, await sshFiles(record), Math.floor(Date.now() / 1000)), "application/x-tar");
  };
  const single = h("ul", {class: "files"});
  void sshFiles(record).then((files) =>
    single.append(...files.map(({name, content}) => h("li", {}, button("quiet", h("bdi", {}, name), () => saveFile(name, content))))),
  );
  return h(
    "section",
    {},
    h("h2", {}, say("ssh_files_title")),
    h("p", {}, say("ssh_files")),
    h("p", {class: "actions"}, button("primary", say("ssh_download", {file: h("bdi", {}, archive)}), () => void all())),
    h("p", {class: "small"}, say("ssh_private")),
    h("details", {}, h("summary", {}, say("ssh_single")), single),
  );
}

const kTerminals = {linux: "terminal_linux", macos: "terminal_macos", windows: "terminal_windows"} as const;

function commands(record: CredentialRecord): HTMLElement {
  const lines = sshLines(record);
  let system: System = ownSystem();
  let line = lines[0] as SshLine;
  const code = h("code", {class: "command", dir: "ltr", tabindex: "0"});
  const terminal = h("p", {class: "small"});
  const draw = () => {
    code.textContent = pasteCommand(record, line, system);
    terminal.replaceChildren(say(kTerminals[system]));
  };
  draw();
  const systems = [["linux", "Linux"], ["macos", "macOS"], ["windows", "Windows"]] as const;
  const ways = lines.map((way) => [`${way.login}@${way.host}`, h("bdi", {}, `${way.login}@${way.host}`)] as const);
  return h(
    "section",
    {},
    h("h2", {}, say("ssh_command_title")),
    choice("ssh_system", systems, system, (chosen) => {
      system = chosen;
      draw();
    }),
    ways.length > 1 && choice("ssh_way", ways, ways[0]?.[0] ?? "", (chosen) => {
      line = lines.find((way) => `${way.login}@${way.host}` === chosen) as SshLine;
      draw();
    }),
    code,
    copyButton("copy", () => code.textContent ?? ""),
    terminal,
    h("p", {class: "small"}, say("ssh_command_help")),
  );
}

function certificateNote(record: CredentialRecord, renewed: Time | undefined): Child {
  if (renewed !== undefined) return notice("note", say("ssh_renewed", {time: showTime(renewed)}));
  if (record.certificate.until >= record.window.until) return undefined;
  return h("p", {class: "small"}, say("ssh_short", {time: showTime(record.certificate.until)}));
}

function details(record: CredentialRecord, actions: HeldActions): HTMLElement {
  const kind = kindNamed(record.kind);
  const status = h("p", {class: "small", role: "status"});
  return h(
    "details",
    {},
    h("summary", {}, say("details")),
    rightsList(parseRights(kind.schema, record.rights)),
    facts([
      ["fact_authority", addressFact(record.issuer, actions.known)],
      ["fact_taken", showTime(record.taken)],
      ["fact_name", h("bdi", {}, record.share)],
      ["fact_serial", h("bdi", {}, record.serial)],
    ]),
    h("p", {class: "actions"}, button("plain", say("refresh"), () => actions.refresh(status))),
    status,
  );
}

export function heldView(record: CredentialRecord, actions: HeldActions): View {
  const {live, line} = standing(record, actions.now);
  const usable = live && record.kind === "ssh" && sshLines(record).length > 0;
  return {
    name: "held",
    title: titleOf(record),
    state: live ? "done" : "stopped",
    content: [
      ...actions.notes,
      h("p", {class: "standing"}, line),
      usable && downloads(record),
      usable && certificateNote(record, actions.renewed),
      usable && commands(record),
      live && (storageNotice(actions.outlook, record.window.until - actions.now) ?? (!actions.outlook.lasts && h("p", {class: "small"}, say("store_weak")))),
      details(record, actions),
      h("p", {class: "actions"}, button("plain", say("back"), actions.back), button("danger", say("forget"), actions.forget)),
    ],
  };
}

// confirmView asks once more before something is erased.
export function confirmView(
  name: "forget" | "forget_all" | "forget_door" | "give_up", yes: () => void, back: () => void, notes: Child[] = [], local?: () => void,
): View {
  return {
    name: name.replace("_", "-"),
    title: say(`${name}_title`),
    content: [
      h("p", {class: "lead"}, say(`${name}_lead`)),
      ...notes,
      h(
        "p",
        {class: "actions"},
        local === undefined ? button("danger", say(`${name}_yes`), yes) : button("danger", say("forget_local_yes"), local),
        button("plain", say("back"), back),
      ),
    ],
  };
}
