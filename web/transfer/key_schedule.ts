// Keys of the confirmed exchange (transfer.md section 4). Nothing that a side can still choose after
// it has seen the other's randomness enters the words.

import {bytesOf, concat, type Bytes} from "../base/bytes.ts";
import {require} from "../base/error.ts";
import {hkdf, hkdfExpand, hkdfExtract, sha256} from "../crypto/hash.ts";

const kZero = new Uint8Array(1);

// commitTo is what the invite carries instead of Ns.
export function commitTo(senderNonce: Uint8Array): Promise<Bytes> {
  return sha256(bytesOf("keyferry v1 commit"), kZero, senderNonce);
}

// sharedBase is u8(len(secret)) ‖ secret ‖ dh.
export function sharedBase(secret: Uint8Array, dh: Uint8Array): Bytes {
  require(dh.length === 32 && (secret.length === 16 || secret.length === 32), "sizes of secret and dh");
  return concat(Uint8Array.of(secret.length), secret, dh);
}

// requestKey is K_request: known to whoever has the secret and one ephemeral private key, before the
// sender opens its nonce.
export async function requestKey(
  base: Uint8Array, hInvite: Uint8Array, receiverKey: Uint8Array, receiverNonce: Uint8Array,
): Promise<Bytes> {
  const first = await sha256(bytesOf("keyferry v1 first"), kZero, hInvite, receiverKey, receiverNonce);
  return hkdf(first, concat(base, kZero), bytesOf("keyferry v1 request"), 32);
}

// derivePrk: what both sides derive once Ns is open. `isk` is empty without a code, else CPace's 64
// octets.
export async function derivePrk(
  base: Uint8Array, isk: Uint8Array, hInvite: Uint8Array, hRequest: Uint8Array, senderNonce: Uint8Array,
): Promise<Bytes> {
  const transcript = await sha256(bytesOf("keyferry v1 transcript"), kZero, hInvite, hRequest, senderNonce);
  return hkdfExtract(transcript, concat(base, Uint8Array.of(isk.length), isk));
}

export function wordOctets(prk: Uint8Array): Promise<Bytes> {
  return hkdfExpand(prk, bytesOf("keyferry v1 words"), 3);
}

export function confirmOf(prk: Uint8Array): Promise<Bytes> {
  return hkdfExpand(prk, bytesOf("keyferry v1 confirm receiver"), 32);
}

// trafficKey is K(from, seq). One key seals one plaintext.
export function trafficKey(prk: Uint8Array, from: "sender" | "receiver", seq: number): Promise<Bytes> {
  return hkdfExpand(prk, bytesOf(`keyferry v1 key ${from} ${seq}`), 32);
}
