// The SSH data types of RFC 4251 section 5: big-endian integers, strings with a u32 length, mpint.

import {bytesOf, concat, numberBytes, numberIn, textOf, type Bytes} from "../base/bytes.ts";
import {fail} from "../base/error.ts";

export class SshWriter {
  private readonly parts: Uint8Array[] = [];

  u8(value: number): this {
    return this.raw(numberBytes(value, 1));
  }
  u32(value: number): this {
    return this.raw(numberBytes(value, 4));
  }
  string(value: Uint8Array | string): this {
    const octets = typeof value === "string" ? bytesOf(value) : value;
    return this.u32(octets.length).raw(octets);
  }
  raw(value: Uint8Array): this {
    this.parts.push(value);
    return this;
  }
  bytes(): Bytes {
    return concat(...this.parts);
  }
}

// SshReader walks over octets. Every read throws invalid once too few are left.
export class SshReader {
  constructor(private rest: Uint8Array) {}

  u32(): number {
    return numberIn(this.raw(4));
  }
  u64(): bigint {
    return (BigInt(this.u32()) << 32n) | BigInt(this.u32());
  }
  string(): Uint8Array {
    return this.raw(this.u32());
  }
  // text is a string that must be UTF-8.
  text(): string {
    const octets = this.string();
    try {
      return textOf(octets);
    } catch {
      throw fail("invalid", "a text in the SSH data is not UTF-8");
    }
  }
  // unsignedMpint returns an mpint's octets without the sign octet; a negative number and needless
  // leading octets are invalid.
  unsignedMpint(): Uint8Array {
    const number = this.string();
    if (number.length === 0) return number;
    const [first = 0, second = 0] = number;
    const needed = number.length > 1 && (second & 0x80) !== 0;
    if ((first & 0x80) !== 0 || (first === 0 && !needed)) {
      throw fail("invalid", "an SSH number is negative or has needless leading zeros");
    }
    return first === 0 ? number.subarray(1) : number;
  }
  raw(size: number): Uint8Array {
    if (this.rest.length < size) throw fail("invalid", "the SSH data ends too early");
    const value = this.rest.subarray(0, size);
    this.rest = this.rest.subarray(size);
    return value;
  }
  get left(): number {
    return this.rest.length;
  }
}
