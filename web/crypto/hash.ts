// SHA-2, HMAC and HKDF (RFC 5869) by WebCrypto.

import {concat, type Bytes} from "../base/bytes.ts";

export type HashName = "SHA-256" | "SHA-384" | "SHA-512";

const kSizes: Record<HashName, number> = {"SHA-256": 32, "SHA-384": 48, "SHA-512": 64};

export async function hash(name: HashName, ...parts: readonly Uint8Array[]): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest(name, concat(...parts)));
}

export function sha256(...parts: readonly Uint8Array[]): Promise<Bytes> {
  return hash("SHA-256", ...parts);
}

async function hmac(name: HashName, key: Uint8Array, message: Uint8Array): Promise<Bytes> {
  const imported = await crypto.subtle.importKey(
    "raw", concat(key), {name: "HMAC", hash: name}, false, ["sign"],
  );
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, concat(message)));
}

// hkdfExtract: an empty salt is the hash's length of zeros, as RFC 5869 says.
export function hkdfExtract(salt: Uint8Array, ikm: Uint8Array, name: HashName = "SHA-256") {
  return hmac(name, salt.length > 0 ? salt : new Uint8Array(kSizes[name]), ikm);
}

export async function hkdfExpand(
  prk: Uint8Array, info: Uint8Array, size: number, name: HashName = "SHA-256",
): Promise<Bytes> {
  let out: Bytes = new Uint8Array(0);
  let block: Bytes = new Uint8Array(0);
  for (let i = 1; out.length < size; ++i) {
    block = await hmac(name, prk, concat(block, info, Uint8Array.of(i)));
    out = concat(out, block);
  }
  return out.slice(0, size);
}

export async function hkdf(salt: Uint8Array, ikm: Uint8Array, info: Uint8Array, size: number) {
  return hkdfExpand(await hkdfExtract(salt, ikm), info, size);
}
