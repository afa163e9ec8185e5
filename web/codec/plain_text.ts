// The one reader of what people type and paste, by the rules of keyferry/codec/plain_text.h.

import {fail} from "../base/error.ts";

const kBlank = /[\t-\r\u0085\u2800\p{Zs}\p{Zl}\p{Zp}]/u;
const kLineEnd = /\r\n?|\n/;
// As is_invisible of keyferry/codec/characters.h.
const kInvisible = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u{1d159}\u{16fe4}]/gu;
const kControl = /\p{Cc}/u;
const kHalf = /\p{Cs}/u;

// plainText takes out what nobody sees and makes every blank a space and every line end "\n". Throws:
// invalid (a control character, half a surrogate pair).
export function plainText(raw: string): string {
  const lines = raw.split(new RegExp(kLineEnd, "g")).map((line) => line.replace(new RegExp(kBlank, "gu"), " "));
  const text = lines.map((line) => line.replace(kInvisible, "")).join("\n");
  if (kControl.test(text.replace(/\n/g, ""))) throw fail("invalid", "there is a control character");
  if (kHalf.test(text)) throw fail("invalid", "there is half a character");
  return text;
}
