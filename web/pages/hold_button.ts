// The deliberate act: holding a button for a second, with a finger, a mouse or a key, or typing a word
// that the page shows. A program that loads the page, clicks every button and submits every form does
// neither.

import {randomBelow} from "../crypto/random.ts";
import {kActWords} from "./act_words.ts";
import {field, form} from "./controls.ts";
import {h} from "./dom.ts";
import {say, text} from "./say.ts";

const kHoldMilliseconds = 1000;

// holdButton calls `start` when holding begins, and `done` once after a second of it.
function holdButton(start: () => void, done: () => void): HTMLElement {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const label = h("span", {}, say("hold"));
  const element = h("button", {type: "button", class: "button primary hold"}, label);
  const begin = () => {
    if (timer !== undefined) return;
    start();
    element.classList.add("holding");
    label.replaceChildren(say("hold_holding"));
    timer = setTimeout(() => {
      end();
      done();
    }, kHoldMilliseconds);
  };
  const end = () => {
    clearTimeout(timer);
    timer = undefined;
    element.classList.remove("holding");
    label.replaceChildren(say("hold"));
  };
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    begin();
  });
  for (const name of ["pointerup", "pointercancel", "lostpointercapture", "blur"]) element.addEventListener(name, end);
  // A long touch would open the system's own menu.
  element.addEventListener("contextmenu", (event) => event.preventDefault());
  element.addEventListener("keydown", (event) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    begin();
  });
  element.addEventListener("keyup", (event) => {
    if (event.key === " " || event.key === "Enter") end();
  });
  return element;
}

// deliberateAct is the button with the word beside it. Events that a script of the page's own or of an
// extension made up are not the person's.
export function deliberateAct(start: () => void, done: () => void): HTMLElement {
  const word = kActWords[randomBelow(kActWords.length)] as string;
  const typed = field({label: say("word_label", {word: h("b", {class: "word"}, word)})});
  typed.input.addEventListener("input", start, {once: true});
  const open = () => {
    if (typed.input.value.trim().toLowerCase() === word) done();
    else typed.complain(text("word_wrong"));
  };
  return h(
    "div",
    {class: "act"},
    holdButton(start, done),
    h("p", {class: "help"}, say("hold_help")),
    form(open, typed.element, h("button", {type: "submit", class: "button plain"}, say("word_open"))),
  );
}
