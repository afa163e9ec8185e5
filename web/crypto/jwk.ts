// Public keys as JWK (RFC 7517, RFC 8037) and their thumbprints (RFC 7638).

import {bytesOf} from "../base/bytes.ts";
import {encodeBase64url} from "../base/base64.ts";
import {encodeJson, newObject, type JsonObject} from "../codec/json.ts";
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

export async function jwkThumbprint(key: PublicKey): Promise<string> {
  return encodeBase64url(await sha256(bytesOf(encodeJson(encodeJwk(key)))));
}
