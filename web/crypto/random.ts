import {type Bytes} from "../base/bytes.ts";
import {encodeHex} from "../base/hex.ts";

export function randomBytes(size: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(size));
}

// randomUuid is a version 4 UUID. crypto.randomUUID is the same, but absent in older browsers.
export function randomUuid(): string {
  const octets = randomBytes(16);
  octets[6] = ((octets[6] as number) & 0x0f) | 0x40;
  octets[8] = ((octets[8] as number) & 0x3f) | 0x80;
  const text = encodeHex(octets);
  return [0, 8, 12, 16, 20].map((at, i) => text.slice(at, [8, 12, 16, 20, 32][i])).join("-");
}

// randomBelow draws a uniform integer from 0 to `bound` - 1, by rejection.
export function randomBelow(bound: number): number {
  const room = Math.floor(2 ** 32 / bound) * bound;
  for (;;) {
    const [value = 0] = crypto.getRandomValues(new Uint32Array(1));
    if (value < room) return value % bound;
  }
}
