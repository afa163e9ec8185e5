// The few controls of the site, each usable with a finger, a mouse, a keyboard and a screen reader.

import {h, newId, svg, type Child} from "./dom.ts";
import {say} from "./say.ts";
import {type Key} from "../languages/en.ts";

export type ButtonLook = "primary" | "plain" | "quiet" | "danger";

export function button(look: ButtonLook, label: Child, click: () => void): HTMLButtonElement {
  return h("button", {type: "button", class: `button ${look}`, click}, label);
}

export interface Field {
  element: HTMLElement;
  input: HTMLInputElement | HTMLTextAreaElement;
  // complain says what is wrong and lets the person try again; "" takes it back.
  complain: (problem: string | DocumentFragment) => void;
}

export interface FieldLook {
  label: Child;
  help?: Child;
  digits?: boolean;
  secret?: boolean; // never offered to be filled in or remembered
  wide?: boolean;
}

export function field(look: FieldLook): Field {
  const [id, helpId, problemId] = [newId(), newId(), newId()];
  // What is pasted may have broken lines; Enter goes on all the same.
  const enter = (event: Event) => {
    if ((event as KeyboardEvent).key !== "Enter") return;
    event.preventDefault();
    (event.target as HTMLTextAreaElement).form?.requestSubmit();
  };
  const input = h(look.wide ? "textarea" : "input", {
    id,
    class: look.digits ? "digits" : undefined,
    type: look.wide ? undefined : "text",
    rows: look.wide ? "2" : undefined,
    keydown: look.wide ? enter : undefined,
    inputmode: look.digits ? "numeric" : undefined,
    autocomplete: "off",
    autocapitalize: "off",
    autocorrect: "off",
    spellcheck: "false",
    dir: "ltr",
    "aria-describedby": `${problemId}${look.help === undefined ? "" : ` ${helpId}`}`,
  });
  const problem = h("p", {id: problemId, class: "problem", role: "alert"});
  const element = h(
    "div",
    {class: look.wide ? "field wide" : "field"},
    h("label", {for: id}, look.label),
    look.help !== undefined && h("p", {id: helpId, class: "help"}, look.help),
    input,
    problem,
  );
  return {
    element,
    input,
    complain(what) {
      problem.replaceChildren(what);
      input.setAttribute("aria-invalid", String(problem.textContent !== ""));
      if (problem.textContent !== "") input.focus();
    },
  };
}

// form gathers fields and one button; Enter in a field is the button.
export function form(submit: () => void, ...children: Child[]): HTMLFormElement {
  return h(
    "form",
    {
      novalidate: true,
      submit: (event) => {
        event.preventDefault();
        submit();
      },
    },
    ...children,
  );
}

export function submitButton(label: Child): HTMLButtonElement {
  return h("button", {type: "submit", class: "button primary"}, label);
}

// copyButton copies what `content` returns, and says so to everybody.
export function copyButton(label: Key, content: () => string): HTMLElement {
  const status = h("span", {class: "copied", role: "status"});
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(content());
      status.replaceChildren(say("copied"));
    } catch {
      status.replaceChildren(say("copy_failed"));
    }
  };
  return h("p", {class: "copy"}, button("plain", say(label), () => void copy()), status);
}

// notice is a short text that stands out: something to know before going on.
export function notice(kind: "note" | "warning" | "good", ...children: Child[]): HTMLElement {
  return h("p", {class: `notice ${kind}`, role: "note"}, ...children);
}

// facts is a list of names and values.
export function facts(rows: readonly (readonly [Key, Child] | false)[]): HTMLElement {
  const list = h("dl", {class: "facts"});
  for (const row of rows) if (row !== false) list.append(h("div", {}, h("dt", {}, say(row[0])), h("dd", {}, row[1])));
  return list;
}

// choice is a row of radio buttons.
export function choice<T extends string>(
  legend: Key, options: readonly (readonly [T, Child])[], chosen: T, change: (value: T) => void,
): HTMLElement {
  const name = newId();
  const boxes = options.map(([value, label]) =>
    h(
      "label",
      {},
      h("input", {type: "radio", name, value, checked: value === chosen, change: () => change(value)}),
      h("span", {}, label),
    ),
  );
  return h("fieldset", {class: "choice"}, h("legend", {}, say(legend)), ...boxes);
}

// The emblem of every state: a key, as on the relay's own page.
export function emblem(state: "" | "done" | "stopped" | "waiting" = ""): HTMLElement {
  const key = "M22 17a14 14 0 1 0 13.4 18H57v8h6v-8h4v5h6v-8a3 3 0 0 0-3-3H35.9A14 14 0 0 0 22 17Zm0 7a7 7 0 1 1 0 14 7 7 0 0 1 0-14Z";
  return h("div", {class: `emblem ${state}`}, svg("8 14 65 34", key));
}

// wait is a line that shows that something is being waited for.
export function wait(...children: Child[]): HTMLElement {
  return h("p", {class: "wait"}, h("span", {class: "dots", "aria-hidden": "true"}), h("span", {}, ...children));
}

