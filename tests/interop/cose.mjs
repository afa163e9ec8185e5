// The other side of tests/integration/lock_library_test.py: npm @auth0/cose.
//
//   cose.mjs        reads [{"cose", "x", "y", "aad", "payload"?}, …] (base64url) from standard input and prints for each
//                   "good", or why the COSE_Sign1 does not verify under that P-256 key; `payload` is a detached one
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { createPublicKey } from "node:crypto";

// Node 18 has no global crypto, which the package's ES modules want.
const { Sign1, Algorithms } = createRequire(import.meta.url)("@auth0/cose");
const octets = (text) => new Uint8Array(Buffer.from(text, "base64url"));

async function verify({ cose, x, y, aad, payload }) {
  const key = createPublicKey({ key: { kty: "EC", crv: "P-256", x, y }, format: "jwk" });
  const options = { externalAAD: octets(aad), algorithms: [Algorithms.ES256] };
  if (payload !== undefined) options.detachedPayload = octets(payload);
  try {
    await Sign1.decode(octets(cose)).verify(key, options);
    return "good";
  } catch (error) {
    return error.message || error.name;
  }
}

console.log(JSON.stringify(await Promise.all(JSON.parse(readFileSync(0, "utf8")).map(verify))));
