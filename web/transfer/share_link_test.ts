import assert from "node:assert/strict";
import test from "node:test";

import fc from "fast-check";

import {encodeHex} from "../base/hex.ts";
import {failureOf} from "../testing/failing.ts";
import {readVectorFiles, type VectorFile} from "../testing/vector_file.ts";
import {encodeShareLink, parseLinkSecret, parseShareLink, takeSecret, type ReadLink} from "./share_link.ts";
import {checkHolds} from "./share_secret.ts";

function expectLink(file: VectorFile, read: ReadLink): void {
  const {header, name} = file;
  const {link} = read;
  assert.equal(read.looksDamaged, header["expect"] === "asks", name);
  assert.equal(read.secretWasInPath ? "yes" : "no", header["seen"], name);
  assert.equal(link.base, header["base"], name);
  if (link.form === "mailbox") assert.equal(link.mailbox, header["mailbox"], name);
  else assert.equal(link.suite ?? "-", header["suite"], name);
  assert.equal(link.vertical === "" ? "-" : link.vertical, header["vertical"], name);
  assert.equal(link.secret === undefined ? "-" : encodeHex(link.secret), header["secret"], name);
}

test("every shared link is read as the command line reads it", async () => {
  let refused = 0;
  for (const file of readVectorFiles("share_link")) {
    const expected = file.header["expect"] as string;
    if (expected === "link" || expected === "asks") {
      expectLink(file, await parseShareLink(file.payload));
    } else {
      assert.equal((await failureOf(() => parseShareLink(file.payload)))?.reason, expected, file.name);
      ++refused;
    }
  }
  assert.ok(refused > 30);
});

test("what was read is written as it was read", async () => {
  for (const file of readVectorFiles("share_link")) {
    if (file.header["expect"] !== "link") continue;
    const {link} = await parseShareLink(file.payload);
    const again = await parseShareLink(encodeShareLink(link));
    assert.deepEqual(again.link, link, file.name);
  }
});

test("a part sent by another channel completes its own form only", async () => {
  const whole = readVectorFiles("share_link").find((file) => file.name === "as-written.txt") as VectorFile;
  const [address, secret] = whole.payload.split("#") as [string, string];
  const {link} = await parseShareLink(address);
  assert.equal(link.secret, undefined);
  takeSecret(link, await parseLinkSecret(`“#${secret}”`));
  assert.equal(encodeShareLink(link), whole.payload);
  const dropbox = await parseShareLink("https://relay.example/t/");
  assert.equal((await failureOf(async () => takeSecret(dropbox.link, await parseLinkSecret(secret))))?.reason, "damaged");
});

test("no text makes the reader fail in another way than by name", async () => {
  const near = fc.mixedCase(fc.constantFrom("https://r.example/v1/m/", "https://r.example/t/", "#", "%23", "?v=a&", "1302."));
  const text = fc.array(fc.oneof(fc.string({unit: "binary"}), near, fc.base64String()), {maxLength: 8}).map((parts) => parts.join(""));
  await fc.assert(fc.asyncProperty(text, async (given) => {
    const failure = await failureOf(() => parseShareLink(given));
    return failure === undefined || (failure.code === "invalid" && failure.reason !== "");
  }));
});

test("changing one character of the secret is noticed before any request", async () => {
  const whole = readVectorFiles("share_link").find((file) => file.name === "as-written.txt") as VectorFile;
  const at = whole.payload.indexOf("#") + 1;
  let missed = 0;
  for (let i = at; i < whole.payload.length; ++i) {
    for (const c of "Ax7") {
      const changed = whole.payload.slice(0, i) + c + whole.payload.slice(i + 1);
      if (changed === whole.payload) continue;
      const failure = await failureOf(async () => {
        if (!(await parseShareLink(changed)).looksDamaged) ++missed;
      });
      if (failure !== undefined) assert.equal(failure.reason, "damaged");
    }
  }
  assert.equal(missed, 0);
  const {link} = await parseShareLink(whole.payload);
  assert.equal(await checkHolds(link.secret as Uint8Array, "mailbox"), true);
  assert.equal(await checkHolds(link.secret as Uint8Array, "dropbox"), false);
});
