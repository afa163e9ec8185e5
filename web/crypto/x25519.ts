// X25519 (RFC 7748) by WebCrypto. A private key never leaves it.

import {concat, type Bytes} from "../base/bytes.ts";
import {fail} from "../base/error.ts";

export interface X25519Pair {
  publicKey: Bytes; // 32 octets
  agree(other: Uint8Array): Promise<Bytes>;
}

function pairOf(privateKey: CryptoKey, publicKey: Bytes): X25519Pair {
  return {
    publicKey,
    // Engines differ in how they refuse an all-zero result; any failure means that the other side's
    // key is not usable. Throws: invalid.
    async agree(other: Uint8Array): Promise<Bytes> {
      let shared: Bytes;
      try {
        const key = await crypto.subtle.importKey("raw", concat(other), "X25519", true, []);
        const algorithm = {name: "X25519", public: key};
        shared = new Uint8Array(await crypto.subtle.deriveBits(algorithm, privateKey, 256));
      } catch {
        throw fail("invalid", "the other side's key is not usable");
      }
      if (shared.every((octet) => octet === 0)) {
        throw fail("invalid", "the other side's key is not usable");
      }
      return shared;
    },
  };
}

export async function generateX25519(): Promise<X25519Pair> {
  const pair = (await crypto.subtle.generateKey("X25519", false, ["deriveBits"])) as CryptoKeyPair;
  return pairOf(pair.privateKey, new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
}

// importX25519 takes a private key of 32 octets: for worked runs with fixed keys.
export async function importX25519(privateOctets: Uint8Array, publicKey: Uint8Array): Promise<X25519Pair> {
  // PKCS #8 of RFC 8410: everything before the 32 octets is the same for every key.
  const head = Uint8Array.of(48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 110, 4, 34, 4, 32);
  const key = await crypto.subtle.importKey(
    "pkcs8", concat(head, privateOctets), "X25519", false, ["deriveBits"],
  );
  return pairOf(key, concat(publicKey));
}
