import assert from "node:assert/strict";
import test from "node:test";

import fc from "fast-check";

import {bytesOf, textOf} from "../base/bytes.ts";
import {parseHex} from "../base/hex.ts";
import {randomBytes} from "../crypto/random.ts";
import {failureOf} from "../testing/failing.ts";
import {readVectorFiles} from "../testing/vector_file.ts";
import {openPayload, sealPayload} from "./sealed_payload.ts";

test("every shared payload opens or is refused as in C++", async () => {
  const outcomes = new Set<string>();
  for (const {name, header, payload} of readVectorFiles("sealed_payload")) {
    const sealed = {type: header["type"] ?? "", data: header["data"] ?? ""};
    const secret = parseHex(header["secret"] ?? "");
    outcomes.add(header["expect"] as string);
    if (header["expect"] === "opens") {
      assert.equal(textOf(await openPayload(secret, sealed)), payload, name);
    } else {
      const code = header["expect"] === "cannot_open" ? "cannot_open" : "invalid";
      assert.equal((await failureOf(() => openPayload(secret, sealed)))?.code, code, name);
    }
  }
  assert.ok(outcomes.has("opens") && outcomes.has("cannot_open") && outcomes.size > 3);
});

test("what was sealed opens under its secret alone", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({unit: "binary"}), fc.constantFrom(16, 32), async (text, size) => {
      const secret = randomBytes(size);
      const sealed = await sealPayload(secret, bytesOf(text));
      assert.equal(textOf(await openPayload(secret, sealed)), textOf(bytesOf(text)));
      assert.equal((await failureOf(() => openPayload(randomBytes(size), sealed)))?.code, "cannot_open");
    }),
    {numRuns: 30},
  );
});
