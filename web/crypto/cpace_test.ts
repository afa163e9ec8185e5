import assert from "node:assert/strict";
import test from "node:test";

import {bytesOf} from "../base/bytes.ts";
import {encodeHex, parseHex} from "../base/hex.ts";
import {failureOf} from "../testing/failing.ts";
import {cpaceGenerator, cpaceKey, cpaceShare, randomScalar} from "./cpace.ts";

// draft-irtf-cfrg-cpace, appendix "CPace using group ristretto255 and hash SHA-512".
const sid = parseHex("7e4b4791d6a8ef019b936c79fb7f2c57");
const input = {prs: bytesOf("Password"), ci: parseHex("0a41696e69746961746f720a42726573706f6e646572"), sid};
const ya = parseHex("da3d23700a9e5699258aef94dc060dfda5ebb61f02a5ea77fad53f4ff0976d08");
const yb = parseHex("d2316b454718c35362d83d69df6320f38578ed5984651435e2949762d900b80d");
const isk =
  "e91ccb2c0f5e0d0993a33956e3be59754f3f2b07db57631f5394452ea2e7b4354674eb1f5686c078462bf83bec72e8743df440108e638f3526d9b90e85be096f";

test("the draft's own vectors", async () => {
  assert.equal(encodeHex(await cpaceGenerator(input)), "5e25411ca1ad7c9debfd0b33ad987a95cefef2d3f15dcc8bd26415a5dfe2e15a");
  const a = await cpaceShare(input, ya);
  const b = await cpaceShare(input, yb);
  assert.equal(encodeHex(a), "383a85dd236978f17f8c8545b50dabc52a39fcdab2cf8bc531ce040ff77ca82d");
  assert.equal(encodeHex(b), "a6206309c0e8e5f579295e35997ac4300ab3fecec3c17f7b604f3e698fa1383c");
  for (const [own, other] of [[ya, b], [yb, a]] as const) {
    assert.equal(encodeHex(await cpaceKey(sid, own, other, a, b, bytesOf("ADa"), bytesOf("ADb"))), isk);
  }
});

test("an invalid or neutral share ends it", async () => {
  for (const share of ["2b3c6b8c4f3800e7aef6864025b4ed79bd599117e427c41bd47d93d654b4a51c", "00".repeat(32)]) {
    const failure = await failureOf(() => cpaceKey(sid, ya, parseHex(share), parseHex(share), parseHex(share)));
    assert.equal(failure?.reason, "code");
  }
});

test("a damaged scalar is refused", async () => {
  for (const scalar of ["00".repeat(32), "ff".repeat(32), "01".repeat(31)]) {
    assert.equal((await failureOf(() => cpaceShare(input, parseHex(scalar))))?.code, "invalid");
  }
  assert.equal((await cpaceShare(input, randomScalar())).length, 32);
});
