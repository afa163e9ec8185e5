import {type Bytes} from "./bytes.ts";
import {fail} from "./error.ts";

export function encodeHex(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0")).join("");
}

// parseHex reads pairs of hex digits of either case. Throws: invalid.
export function parseHex(text: string): Bytes {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) throw fail("invalid", "not hex digits");
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
