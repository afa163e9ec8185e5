import assert from "node:assert/strict";
import test from "node:test";

import {bytesOf, type Bytes} from "../base/bytes.ts";
import {encodeBase64url} from "../base/base64.ts";
import {newObject, type JsonObject} from "../codec/json.ts";
import {kindNamed} from "../credential/kind.ts";
import {generateKey} from "../crypto/key.ts";
import {randomBytes} from "../crypto/random.ts";
import {failureOf} from "../testing/failing.ts";
import {sealPayload} from "../transfer/sealed_payload.ts";
import {parseShareLink} from "../transfer/share_link.ts";
import {DropClient} from "./drop_client.ts";
import {parseHosts, parseIssued} from "./issued.ts";
import {MemoryStore} from "./memory_store.ts";
import {type Step} from "./person.ts";
import {isLeftOpen} from "./refusals.ts";
import {mayGoOn, Take} from "./take.ts";
import {encodeTake, newTake, parseTake} from "./take_record.ts";
import {isFromBetween, Web} from "./web.ts";

const kLink = "https://relay.example/v1/m/0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0#AAECAwQFBgcICQoLDA0ODw";
const kIssuer = "https://authority.example";
const kOffer = {
  format: "keyferry.offer.v1",
  content: {
    credentialOffer: {
      credential_issuer: kIssuer, credential_configuration_ids: ["ssh"],
      grants: {"urn:ietf:params:oauth:grant-type:pre-authorized_code": {"pre-authorized_code": "code"}},
    },
  },
};

interface Seen {
  method: string;
  url: string;
  headers: Record<string, string>;
}

// A relay that answers as `answer` says, under the request's id; nothing: the connection breaks. An
// authority that knows nothing.
async function world(answer: (call: Seen) => [number, string?] | undefined, offer: JsonObject | undefined = undefined) {
  const {link} = await parseShareLink(kLink);
  const secret = link.secret as Bytes;
  const payload = offer === undefined ? {type: "text/plain", data: "AAAA"} : await sealPayload(secret, bytesOf(JSON.stringify(offer)));
  const calls: Seen[] = [];
  const steps: string[] = [];
  const web = new Web({
    fetch: async (url, init) => {
      const call = {method: init?.method ?? "", url: url as string, headers: init?.headers as Record<string, string>};
      calls.push(call);
      if (call.url.startsWith(kIssuer)) return new Response('{"error": "not_found", "detail": "no such address"}', {status: 404});
      const [status, body] = answer(call) ?? [];
      if (status === undefined) throw new TypeError("fetch failed");
      const id = call.headers["Mailbox-Request-ID"] ?? "";
      return new Response(body ?? JSON.stringify({payload}), {status, headers: {"Mailbox-Request-ID": id}});
    },
    now: () => 1_800_000_000,
    sleep: async () => undefined,
  });
  const store = new MemoryStore();
  const person = {agree: async () => ({}), pin: async () => undefined, step: (step: Step) => void steps.push(step.step)};
  const take = (again?: typeof link) => new Take({store, web, person, label: "test"}, "id", again);
  return {link, calls, steps, store, take};
}

const givenBack = (calls: Seen[]) => calls.filter(({method}) => method === "PATCH");

test("a claim is kept until the relay has let it go", async () => {
  let relayAnswers = false;
  const {link, calls, steps, store, take} = await world(({method}) => (method === "PATCH" && !relayAnswers ? undefined : [200]));
  assert.equal((await failureOf(() => take(link).run()))?.reason, "wrong_secret");
  const kept = await store.loadTake("id");
  assert.ok(kept?.givesBack && kept.claimed && kept.offer === undefined && kept.key === undefined);
  assert.ok(steps.includes("not_given_back"));
  assert.equal((await parseTake(encodeTake(kept), undefined)).givesBack, true, "also after a restart");

  relayAnswers = true;
  const before = calls.length;
  assert.equal((await failureOf(() => take().run()))?.reason, "declined");
  assert.equal(await store.loadTake("id"), undefined);
  assert.deepEqual(calls.slice(before).map(({method}) => method), ["PATCH"], "nothing is claimed again");
  assert.equal(new Set(givenBack(calls).map(({headers}) => headers["Mailbox-Request-ID"])).size, 1, "one call, repeated");
});

test("what is on its way back is taken after all by the same device", async () => {
  const {link, calls, store, take} = await world(({method}) => (method === "PATCH" ? undefined : [200]));
  await failureOf(() => take(link).run());
  await failureOf(() => take(link).run());
  const claims = calls.filter(({method}) => method === "POST").map(({headers}) => headers["Mailbox-Device-Claim"]);
  assert.equal(new Set(claims).size, 1);
  const ids = givenBack(calls).map(({headers}) => headers["Mailbox-Request-ID"]);
  assert.equal(new Set(ids).size, 2, "a relay carries out a request once, and this is a second claim");
  assert.ok((await store.loadTake("id"))?.givesBack);
});

test("an answer of somebody on the way lets nothing go", async () => {
  const {link, store, take} = await world(({method}) => (method === "PATCH" ? [503] : [200]));
  await failureOf(() => take(link).run());
  assert.ok((await store.loadTake("id"))?.givesBack);
});

test("a no of the relay does: the place is not ours", async () => {
  for (const status of [401, 404]) {
    const {link, store, take} = await world(({method}) => (method === "PATCH" ? [status, "{}"] : [200]));
    await failureOf(() => take(link).run());
    assert.equal(await store.loadTake("id"), undefined);
  }
});

test("what an authority does not know goes back, what the relay does not know is not there to give", async () => {
  const offered = await world(() => [200], newObject(kOffer as unknown as JsonObject));
  assert.equal((await failureOf(() => offered.take(offered.link).run()))?.code, "not_found");
  assert.ok(offered.calls.some(({url}) => url.startsWith(kIssuer)));
  assert.equal(givenBack(offered.calls).length, 1);
  const gone = await world(() => [404, "{}"]);
  assert.equal((await failureOf(() => gone.take(gone.link).run()))?.code, "not_found");
  assert.equal(givenBack(gone.calls).length, 0);
});

test("with a key made, no answer of an authority but a refusal ends a take", async () => {
  const {link, calls, store, take} = await world(() => [200]);
  const begun = {...newTake("id", link, 1_800_000_000), claimed: true, agreed: true};
  await store.saveTake({...begun, offer: kOffer.content.credentialOffer as unknown as JsonObject, key: await generateKey("ed25519", true)});
  const error = await failureOf(() => take().run());
  assert.ok(error !== undefined && isLeftOpen(error) && mayGoOn(error), error?.reason);
  assert.equal(givenBack(calls).length, 0);
  assert.ok((await store.loadTake("id"))?.key !== undefined);
});

// A dropbox that answers each call in its turn; nothing: the connection breaks.
function dropbox(...answers: ([number, Bytes?] | undefined)[]) {
  const calls: string[] = [];
  const web = new Web({
    fetch: async (_, init) => {
      calls.push(init?.method ?? "");
      const answer = answers.shift();
      if (answer === undefined) throw new TypeError("fetch failed");
      return new Response(answer[1] ?? null, {status: answer[0]});
    },
    now: () => 1_800_000_000,
    sleep: async () => undefined,
  });
  return {drop: new DropClient(web, "https://relay.example"), calls};
}

test("a drop that lies there already may be ours", async () => {
  const [ours, theirs] = [randomBytes(64), randomBytes(64)];
  const lost = dropbox(undefined, [412], [200, ours]);
  await lost.drop.put("place", ours);
  assert.deepEqual(lost.calls, ["PUT", "PUT", "GET"]);
  assert.equal((await failureOf(() => dropbox([412], [200, theirs]).drop.put("place", ours)))?.reason, "taken");
  const fetched = dropbox([412], [404], [201]);
  await fetched.drop.put("place", ours);
  assert.deepEqual(fetched.calls, ["PUT", "GET", "PUT"]);
  assert.equal((await failureOf(() => dropbox([412], [404], [412], [404], [412], [404]).drop.put("place", ours)))?.reason, "taken");
});

test("a relay without a dropbox is named, and somebody on the way is not believed", async () => {
  for (const status of [404, 405]) {
    assert.equal((await failureOf(() => dropbox([status]).drop.put("place", randomBytes(64))))?.reason, "no_dropbox");
  }
  const error = await failureOf(() => dropbox([403]).drop.get("place", false));
  assert.ok(error !== undefined && isFromBetween(error));
});

test("a DELETE says who was first only where no answer was lost", async () => {
  assert.equal(await dropbox([204]).drop.remove("place"), "yes");
  assert.equal(await dropbox([404]).drop.remove("place"), "nothing");
  assert.equal(await dropbox(undefined, [404]).drop.remove("place"), "unknown");
});

const hosts = (address: string) => parseHosts(newObject({hosts: [newObject({name: "web", address, port: 22})]}))[0]?.address;

test("an address that ssh reads has one spelling", () => {
  assert.equal(hosts("2001:DB8:0:0::1"), "2001:db8::1");
  assert.equal(hosts("Web.Example"), "web.example");
  assert.equal(hosts("10.5"), "10.5", "as an administrator typed it before");
});

test("an address that ssh would cut at a colon is refused", () => {
  for (const address of ["web.example:22", "1:2", ":", "::1:"]) assert.throws(() => hosts(address), /address/);
});

test("an answer without an id is refused", () => {
  const answer = (share: string) => newObject({
    credentials: [newObject({credential: "x"})],
    keyferry: newObject({
      credential_id: "c", share, valid_from: "2026-01-01T00:00:00Z", valid_until: "2026-01-02T00:00:00Z",
      rights: newObject({logins: ["deploy"], hosts: ["web"], extensions: []}),
    }),
  });
  assert.equal(parseIssued(kindNamed("ssh"), answer("s")).share, "s");
  for (const share of ["", "a/b", "a".repeat(65), encodeBase64url(randomBytes(60))]) {
    assert.throws(() => parseIssued(kindNamed("ssh"), answer(share)), /malformed id/);
  }
});
