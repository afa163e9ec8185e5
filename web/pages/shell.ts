// The frame around every view: header, language, notices, footer; and the change from one view to the
// next, which a screen reader hears.

import {type Key} from "../languages/en.ts";
import {emblem} from "./controls.ts";
import {h, type Child} from "./dom.ts";
import {kLanguages, type Language} from "./language.ts";
import {currentLanguage, say, text} from "./say.ts";

export interface View {
  name: string; // for tests and styles
  title: Child;
  state?: "" | "done" | "stopped" | "waiting";
  content: Child[];
  closed?: () => void; // called when another view takes its place
}

export interface ShellActions {
  home: () => void;
  how: () => void;
  speak: (language: Language) => void;
}

const main = h("main", {id: "content", tabindex: "-1"});
const header = h("header");
const footer = h("footer");
const banners = h("div", {class: "banners"});
const status = h("p", {class: "unseen", role: "status"});
let actions: ShellActions | undefined;
let shown: View | undefined;
let framesDrawn = 0;

function languageMenu(): HTMLElement {
  const options = kLanguages.map(([tag, name]) => h("option", {value: tag, lang: tag, selected: tag === currentLanguage()}, name));
  const menu = h("select", {
    "aria-label": text("choose_language"),
    change: (event) => actions?.speak((event.target as HTMLSelectElement).value as Language),
  });
  // The other languages' letters need fonts of their own: nobody waits for them to see the page.
  if (framesDrawn++ > 0) menu.append(...options);
  else {
    menu.append(...options.filter(({selected}) => selected));
    void painted().then(() => menu.replaceChildren(...options));
  }
  return menu;
}

// painted waits until the person sees something.
export function painted(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, 1000); // a page that nobody sees is not painted
  });
}

function link(key: Key, click: () => void): HTMLElement {
  return h("button", {type: "button", class: "link", click}, say(key));
}

function drawFrame(): void {
  header.replaceChildren(h("span", {class: "name", dir: "ltr"}, "keyferry"), languageMenu());
  const unread = text("reviewed") === "yes" ? [] : [h("p", {class: "unread"}, say("machine_translation"))];
  footer.replaceChildren(
    h("nav", {}, link("nav_home", () => actions?.home()), link("nav_how", () => actions?.how())),
    ...unread,
  );
}

// openShell draws the frame once.
export function openShell(does: ShellActions): void {
  actions = does;
  const skip = h("a", {class: "skip", href: "#content", click: (event) => {
    event.preventDefault();
    main.focus();
  }}, say("skip"));
  drawFrame();
  document.body.replaceChildren(skip, header, banners, main, footer, status);
}

// redraw is for a change of language; the view itself is made anew by its caller.
export function redrawFrame(): void {
  drawFrame();
}

// show puts a view in the place of the one before and moves the focus to its heading.
export function show(view: View): void {
  const first = shown === undefined;
  shown?.closed?.();
  shown = view;
  const heading = h("h1", {tabindex: "-1"}, view.title);
  main.dataset["view"] = view.name;
  main.replaceChildren(emblem(view.state ?? ""), heading, ...view.content.filter((child): child is Node | string => !!child));
  document.title = `${heading.textContent ?? ""} · keyferry`;
  window.scrollTo(0, 0);
  if (!first) heading.focus();
}

export function shownView(): string {
  return shown?.name ?? "";
}

// announce says something to a screen reader without moving the focus.
export function announce(what: Child): void {
  status.replaceChildren(what || "");
}

// banner shows `content` above every view until it is called again; nothing takes it away.
export function banner(name: string, content: HTMLElement | undefined): void {
  banners.querySelector(`[data-banner="${name}"]`)?.remove();
  if (content === undefined) return;
  content.dataset["banner"] = name;
  content.setAttribute("role", "status");
  banners.append(content);
}
