// Public keys as JWK (RFC 7517, RFC 8037) and their thumbprints (RFC 7638).

import {bytesOf, concat} from "../base/bytes.ts";
import {encodeBase64url} from "../base/base64.ts";
import {fail} from "../base/error.ts";
import {encodeHex} from "../base/hex.ts";
import {encodeJson, newObject, type JsonObject} from "../codec/json.ts";
import {octetsMember, textMember} from "../codec/json_members.ts";
import {sha256} from "./hash.ts";
import {type PublicKey} from "./key.ts";

// encodeJwk writes the members in the order that a thumbprint hashes.
export function encodeJwk(key: PublicKey): JsonObject {
  if (key.type === "ed25519") {
    return newObject({crv: "Ed25519", kty: "OKP", x: encodeBase64url(key.raw)});
  }
  return newObject({
    crv: "P-256",
    kty: "EC",
    x: encodeBase64url(key.raw.subarray(1, 33)),
    y: encodeBase64url(key.raw.subarray(33)),
  });
}

// FIPS 186-4 D.1.2.3. Public octets only: no care is taken about time.
function isOnP256(x: Uint8Array, y: Uint8Array): boolean {
  const p = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
  const b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
  const [u, v] = [BigInt(`0x${encodeHex(x)}`), BigInt(`0x${encodeHex(y)}`)];
  return u < p && v < p && (v * v - (u * u * u - 3n * u + b)) % p === 0n;
}

// parseJwkExact reads a key with the members of encodeJwk and no other. Throws: invalid.
export function parseJwkExact(jwk: JsonObject): PublicKey {
  const type = textMember(jwk, "kty") === "OKP" ? "ed25519" : "p256";
  const x = octetsMember(jwk, "x", 32);
  const raw = type === "ed25519" ? x : concat(new Uint8Array([4]), x, octetsMember(jwk, "y", 32));
  const key: PublicKey = {type, raw};
  const wanted = encodeJwk(key);
  const exact = Object.keys(jwk).length === Object.keys(wanted).length && Object.keys(wanted).every((name) => jwk[name] === wanted[name]);
  if (!exact || (type === "p256" && !isOnP256(x, raw.subarray(33)))) throw fail("invalid", "a JWK that is no public key of ours");
  return key;
}

export async function jwkThumbprint(key: PublicKey): Promise<string> {
  return encodeBase64url(await sha256(bytesOf(encodeJson(encodeJwk(key)))));
}
