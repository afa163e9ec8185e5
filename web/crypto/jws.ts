// JWS in compact serialisation (RFC 7515) with EdDSA or ES256.

import {bytesOf} from "../base/bytes.ts";
import {encodeBase64url} from "../base/base64.ts";
import {encodeJsonBytes, type JsonObject} from "../codec/json.ts";
import {sign, type PrivateKey} from "./key.ts";

// signJws adds `alg` to the header.
export async function signJws(header: JsonObject, payload: JsonObject, key: PrivateKey): Promise<string> {
  const alg = key.type === "ed25519" ? "EdDSA" : "ES256";
  const signed = [{...header, alg}, payload].map((part) => encodeBase64url(encodeJsonBytes(part))).join(".");
  return `${signed}.${encodeBase64url(await sign(key, bytesOf(signed)))}`;
}
