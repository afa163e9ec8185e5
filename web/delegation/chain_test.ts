// The shared vectors, made by foreign code: a browser finds the same fault in a chain as a lock, up to what
// the lock alone decides.

import assert from "node:assert/strict";
import test from "node:test";
import {concat, equal} from "../base/bytes.ts";
import {asError} from "../base/error.ts";
import {encodeHex, parseHex} from "../base/hex.ts";
import {parsePublicKey} from "../crypto/key.ts";
import {readVectorFiles} from "../testing/vector_file.ts";
import {checkChain, encodeChain, parseChain} from "./chain.ts";

const kOfTheChain = ["form", "prev", "window", "depth", "doors", "uses", "hours", "fresh", "point", "owner", "signature"];
const chains = readVectorFiles("delegation").filter(({header}) => header["of"] === "chain");

// The reason for which a wallet that trusts one of `owners` refuses, or nothing.
async function judged(chain: string, owners: string): Promise<string> {
  let reason = "";
  for (const xy of owners.split(" ")) {
    const owner = await parsePublicKey("p256", concat(new Uint8Array([4]), parseHex(xy)));
    try {
      await checkChain(parseChain(parseHex(chain)), owner);
      return "";
    } catch (thrown) {
      if (reason === "" || reason === "owner") reason = asError(thrown).reason;
    }
  }
  return reason;
}

//= spec:lock#5-vectors test
test("a browser refuses a chain for the reason of a lock", async () => {
  const seen = new Set<string>();
  for (const {name, header} of chains) {
    const expected = kOfTheChain.includes(header["expect"] as string) ? (header["expect"] as string) : "";
    assert.equal(await judged(header["chain"] as string, header["owners"] as string), expected, name);
    seen.add(expected);
  }
  assert.equal(seen.size, kOfTheChain.length + 1);
});

test("a chain that is read is written the same", () => {
  for (const {name, header} of chains.filter((one) => one.header["expect"] !== "form")) {
    const octets = parseHex(header["chain"] as string);
    assert.ok(equal(encodeChain(parseChain(octets)), octets), name);
  }
});

test("a chain with any octet changed, or cut anywhere, is refused", async () => {
  const {header} = chains.find(({name}) => name === "chain-of-two.txt") as (typeof chains)[number];
  const [chain, owners] = [parseHex(header["chain"] as string), header["owners"] as string];
  assert.equal(await judged(header["chain"] as string, owners), "");
  for (let at = 0; at < chain.length; ++at) {
    const changed = chain.slice();
    changed[at] = (changed[at] as number) ^ (1 << at % 8);
    assert.notEqual(await judged(encodeHex(changed), owners), "", `octet ${at}`);
    assert.equal(await judged(encodeHex(chain.subarray(0, at)), owners), "form", `cut at ${at}`);
  }
});
