// Strict JSON (RFC 8259), as keyferry/codec/json.h reads it: JSON.parse keeps the last of two equal
// members without a word and cannot tell 1.0 from 1, so texts from outside pass through this reader.

import {bytesOf, textOf} from "../base/bytes.ts";
import {fail} from "../base/error.ts";

// Inexact is a number written with a fraction or an exponent, or too large to be exact: never an
// integer of ours.
export class Inexact {
  constructor(readonly value: number) {}
}

export type Json = null | boolean | number | string | Inexact | Json[] | JsonObject;
// A JsonObject has no prototype, so that no member name means anything.
export interface JsonObject {
  [name: string]: Json;
}

export interface JsonLimits {
  octets: number;
  depth: number; // containers inside one another, the outermost included
}

const kLimits: JsonLimits = {octets: 65536, depth: 8};
const kNumber = /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const kPlain = /[^"\\\u0000-\u001f]+/y;
const kEscapes: Record<string, string> = {
  '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t",
};

class Reader {
  private at = 0;

  constructor(private readonly text: string, private readonly depth: number) {}

  whole(): Json {
    const value = this.value(0);
    this.skip();
    if (this.at < this.text.length) throw this.refusal("something follows the value");
    return value;
  }

  private refusal(problem: string) {
    return fail("invalid", `the JSON is refused at character ${this.at}: ${problem}`);
  }

  private skip(): void {
    while (/[ \t\r\n]/.test(this.text[this.at] ?? "")) ++this.at;
  }

  private value(depth: number): Json {
    this.skip();
    const c = this.text[this.at];
    if (c === undefined) throw this.refusal("it ends too early");
    if (c === '"') return this.string();
    if (c === "{" || c === "[") {
      if (depth === this.depth) {
        throw this.refusal(`more than ${this.depth} objects and arrays are nested`);
      }
      ++this.at;
      return c === "{" ? this.object(depth + 1) : this.array(depth + 1);
    }
    for (const [word, value] of [["true", true], ["false", false], ["null", null]] as const) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    return this.number();
  }

  private number(): Json {
    kNumber.lastIndex = this.at;
    const found = kNumber.exec(this.text);
    if (found === null) throw this.refusal("there is no value");
    const value = Number(found[0]);
    if (!Number.isFinite(value)) throw this.refusal("a number is out of range");
    this.at += found[0].length;
    const integer = found[2] === undefined && found[3] === undefined;
    return integer && Number.isSafeInteger(value) ? value : new Inexact(value);
  }

  private string(): string {
    let out = "";
    ++this.at;
    for (;;) {
      kPlain.lastIndex = this.at;
      const plain = kPlain.exec(this.text);
      if (plain !== null) {
        out += plain[0];
        this.at += plain[0].length;
      }
      const c = this.text[this.at];
      if (c === undefined) throw this.refusal("it ends too early");
      if (c === '"') break;
      if (c !== "\\") throw this.refusal("a string has a control character");
      out += this.escape();
    }
    ++this.at;
    return out;
  }

  private escape(): string {
    const letter = this.text[this.at + 1] ?? "";
    const simple = kEscapes[letter];
    if (simple !== undefined) {
      this.at += 2;
      return simple;
    }
    const unit = this.unit();
    if (unit < 0xd800 || unit > 0xdfff) return String.fromCharCode(unit);
    const low = unit < 0xdc00 ? this.unit() : 0;
    if (low < 0xdc00 || low > 0xdfff) throw this.refusal("a string has half a surrogate pair");
    return String.fromCharCode(unit, low);
  }

  private unit(): number {
    const digits = /^\\u([0-9a-fA-F]{4})/.exec(this.text.slice(this.at, this.at + 6));
    if (digits === null) throw this.refusal("there is no such escape");
    this.at += 6;
    return parseInt(digits[1] as string, 16);
  }

  private object(depth: number): JsonObject {
    const object = newObject();
    this.skip();
    if (this.take("}")) return object;
    for (;;) {
      this.skip();
      if (this.text[this.at] !== '"') throw this.refusal("a member has no name");
      const name = this.string();
      if (name in object) throw this.refusal("an object has a member twice");
      this.skip();
      if (!this.take(":")) throw this.refusal("a member has no value");
      object[name] = this.value(depth);
      this.skip();
      if (this.take("}")) return object;
      if (!this.take(",")) throw this.refusal("an object does not end");
    }
  }

  private array(depth: number): Json[] {
    const array: Json[] = [];
    this.skip();
    if (this.take("]")) return array;
    for (;;) {
      array.push(this.value(depth));
      this.skip();
      if (this.take("]")) return array;
      if (!this.take(",")) throw this.refusal("an array does not end");
    }
  }

  private take(c: string): boolean {
    if (this.text[this.at] !== c) return false;
    ++this.at;
    return true;
  }
}

export function newObject(members: JsonObject = {}): JsonObject {
  return Object.assign(Object.create(null) as JsonObject, members);
}

export function isObject(value: Json | undefined): value is JsonObject {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Inexact)
  );
}

// parseJson reads one JSON value: UTF-8, no byte-order mark, no duplicate member at any depth,
// nothing but white space behind it. Throws: too_large (octets), invalid (everything else).
export function parseJson(octets: Uint8Array, limits: JsonLimits = kLimits): Json {
  if (octets.length > limits.octets) {
    throw fail("too_large", `the JSON has more than ${limits.octets} octets`);
  }
  let text: string;
  try {
    text = textOf(octets);
  } catch {
    throw fail("invalid", "the JSON is refused: it is not UTF-8");
  }
  return new Reader(text, limits.depth).whole();
}

export function parseJsonObject(octets: Uint8Array, limits: JsonLimits = kLimits): JsonObject {
  const value = parseJson(octets, limits);
  if (!isObject(value)) throw fail("invalid", "the JSON must be an object");
  return value;
}

// encodeJson writes without white space, members in the order in which they were set.
export function encodeJson(value: Json): string {
  return JSON.stringify(value, (_, inner: unknown) => (inner instanceof Inexact ? inner.value : inner));
}

export function encodeJsonBytes(value: Json) {
  return bytesOf(encodeJson(value));
}
