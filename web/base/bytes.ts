// Octets. Everything from outside and everything secret travels as a Uint8Array; texts that are
// hashed or sealed are UTF-8.

export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", {fatal: true, ignoreBOM: true});

export function bytesOf(text: string): Bytes {
  return encoder.encode(text) as Bytes;
}

// textOf reads UTF-8 and throws a TypeError for anything else. A byte-order mark stays in the text.
export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

export function concat(...parts: readonly Uint8Array[]): Bytes {
  const out = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export function copyOf(bytes: Uint8Array): Bytes {
  return new Uint8Array(bytes);
}

// equal is for public octets; equalConstantTime for secrets, whose length is no secret.
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, i) => octet === b[i]);
}

export function equalConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; ++i) difference |= (a[i] as number) ^ (b[i] as number);
  return difference === 0;
}

// wipe overwrites what is not needed any more. Copies that the engine made are out of reach.
export function wipe(...secrets: readonly (Uint8Array | undefined)[]): void {
  for (const secret of secrets) secret?.fill(0);
}

// numberBytes writes an unsigned integer in `octets` octets, the highest first.
export function numberBytes(value: number, octets: number): Bytes {
  const out = new Uint8Array(octets);
  for (let i = octets - 1; i >= 0; --i) {
    out[i] = value % 256;
    value = Math.floor(value / 256);
  }
  return out;
}

export function numberIn(bytes: Uint8Array): number {
  return bytes.reduce((value, octet) => value * 256 + octet, 0);
}
