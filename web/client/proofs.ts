// The signed texts that a wallet shows an authority: DPoP (RFC 9449), the key proof of OpenID4VCI and
// the holder's assertion (docs/authority.md).

import {bytesOf} from "../base/bytes.ts";
import {encodeBase64url} from "../base/base64.ts";
import {newObject} from "../codec/json.ts";
import {type Time} from "../codec/rfc3339.ts";
import {sha256} from "../crypto/hash.ts";
import {encodeJwk} from "../crypto/jwk.ts";
import {signJws} from "../crypto/jws.ts";
import {type PrivateKey} from "../crypto/key.ts";
import {randomUuid} from "../crypto/random.ts";

export interface DpopClaims {
  method: string;
  url: string; // without query and fragment
  nonce: string; // empty: none yet
  token: string; // empty: none
}

export async function makeDpop(key: PrivateKey, claims: DpopClaims, now: Time): Promise<string> {
  const payload = newObject({jti: randomUuid(), htm: claims.method, htu: claims.url, iat: Math.floor(now)});
  if (claims.nonce !== "") payload["nonce"] = claims.nonce;
  if (claims.token !== "") payload["ath"] = encodeBase64url(await sha256(bytesOf(claims.token)));
  return signJws(newObject({typ: "dpop+jwt", jwk: encodeJwk(key.publicKey)}), payload, key);
}

export async function makeKeyProof(
  key: PrivateKey, issuer: string, nonce: string, label: string, now: Time,
): Promise<string> {
  const payload = newObject({aud: issuer, iat: Math.floor(now), nonce});
  if (label !== "") payload["keyferry"] = newObject({label});
  return signJws(newObject({typ: "openid4vci-proof+jwt", jwk: encodeJwk(key.publicKey)}), payload, key);
}

export async function makeHolderAssertion(
  key: PrivateKey, credentialId: string, issuer: string, nonce: string, now: Time,
): Promise<string> {
  const iat = Math.floor(now);
  const payload = newObject({
    iss: credentialId, sub: credentialId, aud: issuer, iat, exp: iat + 60, jti: randomUuid(), nonce,
  });
  return signJws(newObject({typ: "keyferry-holder+jwt"}), payload, key);
}
