// The other side of tests/interop/jose_test.py: npm jose.
//
//   jose.mjs sign ALG TYP PAYLOAD      a new key of ALG: {"jwk":…,"thumbprint":…,"jws":…}
//   jose.mjs mac JWK TYP PAYLOAD       an HS256 JWS whose secret is the public key's text
//   jose.mjs verify JWK TYP JWS        {"thumbprint":…,"payload":…} or {"error":…}; the key is tried as given and,
//                                      if the header carries one, as embedded
import * as jose from "jose";

const [, , command, subject, typ, text] = process.argv;

async function sign(alg) {
  const { publicKey, privateKey } = await jose.generateKeyPair(alg, { crv: "Ed25519", extractable: true });
  const jwk = await jose.exportJWK(publicKey);
  const jws = await new jose.SignJWT(JSON.parse(text)).setProtectedHeader({ alg, typ, jwk }).sign(privateKey);
  return { jwk, thumbprint: jwk.kty === "RSA" ? "" : await jose.calculateJwkThumbprint(jwk), jws };
}

async function mac() {
  const secret = new TextEncoder().encode(subject);
  return { jws: await new jose.SignJWT(JSON.parse(text)).setProtectedHeader({ alg: "HS256", typ }).sign(secret) };
}

async function verify() {
  const jwk = JSON.parse(subject);
  const options = { typ, algorithms: ["EdDSA", "ES256"] };
  const key = await jose.importJWK(jwk, jose.decodeProtectedHeader(text).alg);
  const { payload } = await jose.jwtVerify(text, key, options);
  if (jose.decodeProtectedHeader(text).jwk) await jose.jwtVerify(text, jose.EmbeddedJWK, options);
  return { thumbprint: await jose.calculateJwkThumbprint(jwk), payload };
}

const commands = { sign: () => sign(subject), mac, verify };
try {
  console.log(JSON.stringify(await commands[command]()));
} catch (error) {
  console.log(JSON.stringify({ error: error.message }));
}
