// The person's language: sentences, times and lists.

import {type Key, type Sentences} from "../languages/en.ts";
import {type Time} from "../codec/rfc3339.ts";
import {h} from "./dom.ts";
import "./first.ts"; // in one file with it
import {kLoaders, type Language} from "./language.ts";

let language: Language = "en";
let sentences = {} as Sentences;

export function currentLanguage(): Language {
  return language;
}

// speak changes the language of everything that is made from now on; the first call is before
// anything is made. Where a language cannot be loaded, it stays as it is.
export async function speak(next: Language): Promise<void> {
  try {
    sentences = await kLoaders[next]();
    language = next;
  } catch {
    return;
  }
  document.documentElement.lang = language;
  document.documentElement.dir = sentences.direction;
}

// text fills a sentence in, as plain text: for attributes and titles.
export function text(key: Key, values: Record<string, string> = {}): string {
  return sentences[key].replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
}

// say fills a sentence in; each value stands by itself, whatever its direction of writing.
export function say(key: Key, values: Record<string, string | Node> = {}): DocumentFragment {
  const fragment = document.createDocumentFragment();
  for (const [i, part] of sentences[key].split(/\{(\w+)\}/).entries()) {
    const value = i % 2 === 1 ? values[part] : part;
    if (value instanceof Node) fragment.append(value);
    else if (i % 2 === 1) fragment.append(h("bdi", {}, value ?? ""));
    else fragment.append(value ?? "");
  }
  return fragment;
}

export function showTime(time: Time): string {
  const format = new Intl.DateTimeFormat(language, {
    weekday: "short", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
  });
  return format.format(new Date(time * 1000));
}

function unit(value: number, name: "day" | "hour" | "minute" | "second"): string {
  return new Intl.NumberFormat(language, {style: "unit", unit: name, unitDisplay: "long"}).format(value);
}

// showSpan is a length of time in at most two units: "3 hours 5 minutes".
export function showSpan(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return unit(Math.max(0, Math.floor(seconds)), "second");
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor(minutes / 60) % 24;
  const parts = days > 0 ? [unit(days, "day"), hours > 0 && unit(hours, "hour")]
    : [hours > 0 && unit(hours, "hour"), minutes % 60 > 0 && unit(minutes % 60, "minute")];
  return parts.filter((part) => part !== false).join(" ");
}

export function showNumber(value: number): string {
  return new Intl.NumberFormat(language).format(value);
}

const kMonday = Date.UTC(1970, 0, 5);

// showHours is one stretch of a week, in minutes from Monday on.
export function showHours([from, to]: readonly [number, number]): string {
  const format = new Intl.DateTimeFormat(language, {weekday: "short", hour: "2-digit", minute: "2-digit", timeZone: "UTC"});
  return [from, to].map((minute) => format.format(kMonday + minute * 60_000)).join(" – ");
}

export function showList(items: readonly string[], kind: "or" | "and"): string {
  return new Intl.ListFormat(language, {type: kind === "or" ? "disjunction" : "conjunction"}).format(items);
}
