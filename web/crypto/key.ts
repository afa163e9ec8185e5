// Signature keys: Ed25519 and ECDSA P-256 with SHA-256, by WebCrypto.

import {concat, equal, type Bytes} from "../base/bytes.ts";
import {fail} from "../base/error.ts";

export type KeyType = "ed25519" | "p256";

// PublicKey: Ed25519 has 32 octets, P-256 65 (04 ‖ x ‖ y).
export interface PublicKey {
  type: KeyType;
  raw: Bytes;
}

// PrivateKey is a handle; whether its octets can be had is `handle.extractable`.
export interface PrivateKey {
  type: KeyType;
  handle: CryptoKey;
  publicKey: PublicKey;
}

const kAlgorithms = {
  ed25519: {name: "Ed25519"},
  p256: {name: "ECDSA", namedCurve: "P-256", hash: "SHA-256"},
} as const;

export function samePublicKey(a: PublicKey, b: PublicKey): boolean {
  return a.type === b.type && equal(a.raw, b.raw);
}

function importPublic(type: KeyType, raw: Uint8Array): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", concat(raw), kAlgorithms[type], true, ["verify"]);
}

// parsePublicKey checks the octets: their number, and for P-256 that the point is uncompressed and
// lies on the curve. Throws: invalid.
export async function parsePublicKey(type: KeyType, raw: Uint8Array): Promise<PublicKey> {
  const sound = type === "ed25519" ? raw.length === 32 : raw.length === 65 && raw[0] === 4;
  try {
    if (sound) await importPublic(type, raw);
  } catch {
    throw fail("invalid", "the public key is not a point of its curve");
  }
  if (!sound) throw fail("invalid", "the public key has a wrong length or form");
  return {type, raw: concat(raw)};
}

// generateKey makes a key that only its own engine ever sees, unless it is to be `extractable`.
export async function generateKey(type: KeyType, extractable: boolean): Promise<PrivateKey> {
  const pair = (await crypto.subtle.generateKey(
    kAlgorithms[type], extractable, ["sign", "verify"],
  )) as CryptoKeyPair;
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return {type, handle: pair.privateKey, publicKey: {type, raw}};
}

// sign returns 64 octets: R ‖ S, or r ‖ s.
export async function sign(key: PrivateKey, message: Uint8Array): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign(kAlgorithms[key.type], key.handle, concat(message)));
}

export async function verify(key: PublicKey, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  try {
    return await crypto.subtle.verify(
      kAlgorithms[key.type], await importPublic(key.type, key.raw), concat(signature), concat(message),
    );
  } catch {
    return false;
  }
}
