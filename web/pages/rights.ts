// What a credential allows, in the person's words, from the data alone.

import {kExtensions} from "../credential/ssh_rights.ts";
import {type Kind} from "../credential/kind.ts";
import {type Rights} from "../credential/rights.ts";
import {h} from "./dom.ts";
import {say, showList} from "./say.ts";

// rightsTitle names the access: "Log in to web as deploy".
export function rightsTitle(kind: Kind, rights: Rights | undefined): DocumentFragment {
  if (rights === undefined || kind.name !== "ssh") return say("offered_unknown");
  const list = (name: string) => showList(rights.texts(name) ?? [], "or");
  return say("offered_ssh", {hosts: list("hosts"), logins: list("logins")});
}

// rightsList says everything that the rights allow.
export function rightsList(rights: Rights): HTMLElement {
  const command = rights.text("command");
  const source = rights.texts("source");
  const items: (Node | string)[] = [
    h("li", {}, say(command === undefined ? "right_any_command" : "right_command"), command !== undefined && h("code", {dir: "ltr"}, command)),
    h("li", {}, source === undefined ? say("right_anywhere") : say("right_source", {networks: showList(source, "or")})),
  ];
  for (const extension of kExtensions) {
    if (rights.texts("extensions")?.includes(extension)) items.push(h("li", {}, say(`right_${extension}`)));
  }
  const list = h("ul", {class: "rights"});
  list.append(...items);
  return list;
}
