// Text from outside, made safe to show and to compare, by the rules of keyferry/codec/text.h.

import {fail} from "../base/error.ts";

// White space in Unicode's sense, as far as it may stand in a text.
const kSpace = /[\t-\r\u0085\p{Zs}\p{Zl}\p{Zp}]/u;
const kSpaces = /[\t-\r\u0085\p{Zs}\p{Zl}\p{Zp}]+/gu;
const kInvisible = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/u;
const kDigit = /\p{Nd}/u;
const kDash = /[\p{Pd}\u2212]/u;

// firstCodePoints cuts to `most` code points, between two characters as a reader sees them.
function firstCodePoints(text: string, most: number): string {
  if ([...text].length <= most) return text;
  let kept = "";
  let count = 0;
  for (const {segment} of new Intl.Segmenter("en", {granularity: "grapheme"}).segment(text)) {
    const size = [...segment].length;
    if (count + size > most) return kept === "" ? [...segment].slice(0, most).join("") : kept;
    kept += segment;
    count += size;
  }
  return kept;
}

// label returns NFC text without control, format and ignorable characters, white space at the ends
// trimmed and inner runs made one space, cut to `most` code points. May be empty.
export function label(text: string, most: number): string {
  let kept = "";
  let space = false;
  for (const c of text) {
    if (kSpace.test(c)) {
      space = true;
    } else if (!kInvisible.test(c)) {
      kept += (space && kept !== "" ? " " : "") + c;
      space = false;
    }
  }
  return firstCodePoints(kept.normalize("NFC"), most).trimEnd();
}

// isVisible says whether `text` shows as what it is: not empty, nothing that label drops, no white
// space but U+0020, and none of that at the ends.
export function isVisible(text: string): boolean {
  if (text === "" || text.startsWith(" ") || text.endsWith(" ")) return false;
  return [...text].every((c) => (c === " " || !kSpace.test(c)) && !kInvisible.test(c));
}

// Decimal digits stand in Unicode in runs of ten, beginning with zero.
function digitValue(c: string): number {
  const point = c.codePointAt(0) as number;
  let zero = point;
  while (kDigit.test(String.fromCodePoint(zero - 1))) --zero;
  return (point - zero) % 10;
}

// digitsOf maps decimal digits of any script to ASCII and drops spaces, hyphens and dashes: a typed
// PIN. Throws: invalid (anything else in it).
export function digitsOf(text: string): string {
  let digits = "";
  for (const c of text.replace(kSpaces, "")) {
    if (kDigit.test(c)) {
      digits += String(digitValue(c));
    } else if (!kDash.test(c)) {
      throw fail("invalid", "only digits, spaces and hyphens may be typed here");
    }
  }
  return digits;
}
