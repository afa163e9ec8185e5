// A message sealed for the v1 mailbox: {"type", "data"}. The relay sees this and nothing else.

import {type Bytes} from "../base/bytes.ts";
import {encodeBase64, parseBase64Any} from "../base/base64.ts";
import {fail, inContext} from "../base/error.ts";
import {open, seal} from "../crypto/aead.ts";

export interface SealedPayload {
  type: string; // AEAD_AES_128_GCM or AEAD_AES_256_GCM
  data: string; // base64 of IV ‖ ciphertext ‖ tag
}

const kAes128 = "AEAD_AES_128_GCM";
const kAes256 = "AEAD_AES_256_GCM";
const kMostData = Math.floor(65536 / 3) * 4 + 4; // 64 KiB decoded

function typeFor(secret: Uint8Array): string {
  return secret.length === 16 ? kAes128 : kAes256;
}

export function samePayload(a: SealedPayload | undefined, b: SealedPayload | undefined): boolean {
  return a !== undefined && b !== undefined && a.type === b.type && a.data === b.data;
}

// sealPayload seals under a secret of 16 or 32 octets, whose length picks the type. Every call draws
// a new IV: seal a message once and keep what came out.
export async function sealPayload(secret: Uint8Array, plaintext: Uint8Array): Promise<SealedPayload> {
  return {type: typeFor(secret), data: encodeBase64(await seal(secret, plaintext))};
}

// openPayload checks and opens. Throws: invalid (unknown type, a type that does not fit the secret,
// not base64, more than 64 KiB); cannot_open (wrong secret or damaged).
export async function openPayload(secret: Uint8Array, payload: SealedPayload): Promise<Bytes> {
  if (payload.type !== kAes128 && payload.type !== kAes256) {
    throw fail("invalid", "the message is sealed in a way that this version does not know");
  }
  if (payload.type !== typeFor(secret)) {
    throw fail("invalid", "the secret's length does not fit how the message was sealed");
  }
  if (payload.data.length > kMostData) throw fail("invalid", "the message is too long");
  let sealed: Bytes;
  try {
    sealed = parseBase64Any(payload.data);
  } catch (error) {
    throw inContext("reading the sealed message", error);
  }
  return open(secret, sealed);
}
