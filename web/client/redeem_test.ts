import assert from "node:assert/strict";
import test from "node:test";

import {encodeTar} from "../codec/tar.ts";
import {MemoryStore} from "./memory_store.ts";
import {freeName} from "./redeem.ts";

class TakenStore extends MemoryStore {
  constructor(private readonly taken: string[]) {
    super();
  }
  override async names(): Promise<string[]> {
    return this.taken;
  }
}

const named = (host: string, ...taken: string[]) => freeName(new TakenStore(taken), [{name: host}]);

test("a credential is called after its host, and every name once", async () => {
  assert.equal(await named("web"), "web");
  assert.equal(await named("web", "web", "web-2"), "web-3");
  assert.equal(await freeName(new MemoryStore(), []), "credential");
});

test("no host's name leads out of the folder or is too long for the download", async () => {
  assert.equal(await named(".."), "credential");
  assert.equal(await named(".ssh"), "ssh");
  const longest = await named("a".repeat(253), "a".repeat(60));
  assert.equal(longest, `${"a".repeat(60)}-2`);
  encodeTar(longest, [{name: "id_ed25519-cert.pub", content: new Uint8Array(0)}], 0);
});
