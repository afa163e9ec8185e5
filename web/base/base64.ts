// Base64 of RFC 4648: section 4 (standard) and section 5 (URL-safe). The same rules as in
// keyferry/base/base64.h: spare bits are zero, so what is accepted encodes to the same text again.

import {type Bytes} from "./bytes.ts";
import {fail} from "./error.ts";

const kStandard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const kUrl = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

function tableOf(...alphabets: readonly string[]): Map<string, number> {
  const table = new Map<string, number>();
  for (const alphabet of alphabets) [...alphabet].forEach((c, i) => table.set(c, i));
  return table;
}

const kFromStandard = tableOf(kStandard);
const kFromUrl = tableOf(kUrl);
const kFromAny = tableOf(kStandard, kUrl);

function encode(bytes: Uint8Array, alphabet: string, pad: boolean): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const there = Math.min(3, bytes.length - at);
    const bits = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    for (let i = 0; i <= there; ++i) text += alphabet[(bits >> (18 - 6 * i)) & 63];
    if (pad) text += "=".repeat(3 - there);
  }
  return text;
}

function decode(text: string, table: Map<string, number>): Bytes {
  if (text.length % 4 === 1) throw fail("invalid", "base64 text is cut off");
  const out = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const c of text) {
    const value = table.get(c);
    if (value === undefined) throw fail("invalid", "not a base64 character");
    bits = ((bits << 6) | value) & 0xffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out[at++] = (bits >> held) & 255;
    }
  }
  if ((bits & ((1 << held) - 1)) !== 0) {
    throw fail("invalid", "base64 text has spare bits that are not zero");
  }
  return out;
}

function withoutPadding(text: string): string {
  return text.replace(/={1,2}$/, "");
}

export function encodeBase64(bytes: Uint8Array): string {
  return encode(bytes, kStandard, true);
}

export function encodeBase64url(bytes: Uint8Array): string {
  return encode(bytes, kUrl, false);
}

// parseBase64 reads the standard alphabet with full padding, parseBase64url the URL-safe one without
// padding. Throws: invalid.
export function parseBase64(text: string): Bytes {
  if (text.length % 4 !== 0) throw fail("invalid", "base64 text is cut off");
  return decode(withoutPadding(text), kFromStandard);
}

export function parseBase64url(text: string): Bytes {
  return decode(text, kFromUrl);
}

// parseBase64Any reads either alphabet, mixed even, with full padding or none. Throws: invalid.
export function parseBase64Any(text: string): Bytes {
  const bare = withoutPadding(text);
  if (bare.length !== text.length && text.length % 4 !== 0) {
    throw fail("invalid", "base64 text has half its padding");
  }
  return decode(bare, kFromAny);
}
