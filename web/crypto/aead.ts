// Authenticated encryption: AES-GCM by WebCrypto; ChaCha20-Poly1305, which WebCrypto lacks, by
// @noble/ciphers, loaded only for a link that asks for it. Tags have 16 octets, associated data is
// empty.

import {concat, type Bytes} from "../base/bytes.ts";
import {fail} from "../base/error.ts";
import {randomBytes} from "./random.ts";

export type Cipher = "AES-GCM" | "ChaCha20-Poly1305";
export const kIvSize = 12;
const kTagSize = 16;

const kClosed = "the sealed text does not open: wrong key or damaged";

function aesKey(key: Uint8Array, usage: "encrypt" | "decrypt") {
  return crypto.subtle.importKey("raw", concat(key), "AES-GCM", false, [usage]);
}

async function chacha(key: Uint8Array, iv: Uint8Array) {
  const {chacha20poly1305} = await import("@noble/ciphers/chacha");
  return chacha20poly1305(key, iv);
}

// sealAt returns ciphertext ‖ tag under a nonce of the caller's, which is never used twice.
export async function sealAt(
  cipher: Cipher, key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array,
): Promise<Bytes> {
  if (cipher === "ChaCha20-Poly1305") return concat((await chacha(key, iv)).encrypt(plaintext));
  const algorithm = {name: "AES-GCM", iv: concat(iv)};
  return new Uint8Array(
    await crypto.subtle.encrypt(algorithm, await aesKey(key, "encrypt"), concat(plaintext)),
  );
}

// openAt undoes it. Throws: cannot_open.
export async function openAt(
  cipher: Cipher, key: Uint8Array, iv: Uint8Array, sealed: Uint8Array,
): Promise<Bytes> {
  if (sealed.length < kTagSize) throw fail("cannot_open", kClosed);
  const imported = cipher === "AES-GCM" ? await aesKey(key, "decrypt") : undefined;
  const other = imported === undefined ? await chacha(key, iv) : undefined;
  try {
    if (other !== undefined) return concat(other.decrypt(sealed));
    const algorithm = {name: "AES-GCM", iv: concat(iv)};
    return new Uint8Array(
      await crypto.subtle.decrypt(algorithm, imported as CryptoKey, concat(sealed)),
    );
  } catch {
    throw fail("cannot_open", kClosed);
  }
}

// seal draws an IV and returns IV ‖ ciphertext ‖ tag, AES-GCM with a key of 16 or 32 octets; open
// undoes it. Throws: cannot_open.
export async function seal(key: Uint8Array, plaintext: Uint8Array): Promise<Bytes> {
  const iv = randomBytes(kIvSize);
  return concat(iv, await sealAt("AES-GCM", key, iv, plaintext));
}

export async function open(key: Uint8Array, sealed: Uint8Array): Promise<Bytes> {
  if (sealed.length < kIvSize + kTagSize) throw fail("cannot_open", kClosed);
  return openAt("AES-GCM", key, sealed.subarray(0, kIvSize), sealed.subarray(kIvSize));
}
