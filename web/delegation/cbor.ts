// Deterministic CBOR (RFC 8949 section 4.2.1), as far as delegations need it: integers, byte and text
// strings, arrays and maps. What is written another way than the shortest is not read.

import {concat, type Bytes} from "../base/bytes.ts";
import {fail} from "../base/error.ts";

export const kNumber = 0, kNegative = 1, kBytes = 2, kText = 3, kArray = 4, kMap = 5;

export function wrongForm() {
  return fail("invalid", "the delegation has not its form", "form");
}

// cborHead writes a head, for values below 2^16: nothing longer is ever hashed here.
function cborHead(major: number, value: number): Bytes {
  if (value < 24) return new Uint8Array([(major << 5) | value]);
  if (value < 0x100) return new Uint8Array([(major << 5) | 24, value]);
  return new Uint8Array([(major << 5) | 25, value >> 8, value & 255]);
}

export function cborBytes(value: Uint8Array): Bytes {
  return concat(cborHead(kBytes, value.length), value);
}
export function cborText(value: Uint8Array): Bytes {
  return concat(cborHead(kText, value.length), value);
}
export function cborArray(...items: readonly Uint8Array[]): Bytes {
  return concat(cborHead(kArray, items.length), ...items);
}

// CborReader reads from the octets that it is given. Each method throws wrongForm() where something else stands there.
export class CborReader {
  private at = 0;
  constructor(private readonly octets: Uint8Array) {}

  finish(): void {
    if (this.at !== this.octets.length) throw wrongForm();
  }
  nextIs(major: number): boolean {
    return this.at < this.octets.length && (this.octets[this.at] as number) >> 5 === major;
  }

  take(size: number): Bytes {
    if (size > this.octets.length - this.at) throw wrongForm();
    this.at += size;
    return concat(this.octets.subarray(this.at - size, this.at));
  }
  // head: of kNegative the value is -1 - value. Nothing of ours reaches 2^53, and nothing beyond is told apart.
  head(major: number): number {
    const first = this.take(1)[0] as number;
    const info = first & 31;
    if (first >> 5 !== major || info > 27) throw wrongForm();
    if (info < 24) return info;
    const value = this.take(1 << (info - 24)).reduce((sum, octet) => sum * 256 + octet, 0);
    const least = [24, 0x100, 0x10000, 2 ** 32][info - 24] as number;
    if (value < least) throw wrongForm();
    return value;
  }
  number(least: number, most: number): number {
    const value = this.head(kNumber);
    if (value < least || value > most) throw wrongForm();
    return value;
  }
  // size is how many octets or items follow.
  size(major: number, least: number, most: number): number {
    const size = this.head(major);
    if (size < least || size > most) throw wrongForm();
    return size;
  }
  bytes(least: number, most: number): Bytes {
    return this.take(this.size(kBytes, least, most));
  }
  exactly(...octets: readonly number[]): void {
    if (octets.some((octet) => this.take(1)[0] !== octet)) throw wrongForm();
  }
}
