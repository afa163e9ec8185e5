import assert from "node:assert/strict";
import test from "node:test";

import {randomUuid} from "../crypto/random.ts";
import {failureOf} from "../testing/failing.ts";
import {parseShareLink} from "../transfer/share_link.ts";
import {AuthorityClient} from "./authority_client.ts";
import {MemoryStore} from "./memory_store.ts";
import {mayGoOn, Take} from "./take.ts";
import {RelayClient} from "./relay_client.ts";
import {isFromBetween, Web} from "./web.ts";

const kLink = "https://relay.example/v1/m/0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0#AAECAwQFBgcICQoLDA0ODw";
const kHtml = "<html>log in to the hotel</html>";
// As in tests/integration/lost_answers_test.py.
const kAnswers: [number, string | null][] = [
  [200, kHtml], [200, "[]"], [204, null], [302, null], [400, '{"message": "no"}'], [401, ""], [403, kHtml], [404, ""], [404, kHtml],
  [408, ""], [409, ""], [410, ""],
];

// answering is a Web whose every call gets that answer; `calls` are the methods and addresses.
function answering(status: number, body: string | null, headers: Record<string, string> = {}) {
  const calls: string[] = [];
  const web = new Web({
    fetch: async (url, init) => {
      calls.push(`${init?.method} ${url as string}`);
      return new Response(body, {status, headers});
    },
    now: () => 1_800_000_000,
    sleep: async () => undefined,
  });
  return {web, calls};
}

for (const [status, body] of kAnswers) {
  test(`a take is kept when somebody between answers ${status} ${body}`, async () => {
    const {web, calls} = answering(status, body);
    const store = new MemoryStore();
    const person = {agree: async () => undefined, pin: async () => undefined, step: () => undefined};
    const {link} = await parseShareLink(kLink);
    const error = await failureOf(() => new Take({store, web, person, label: "test"}, "id", link).run());
    assert.ok(error !== undefined && isFromBetween(error) && mayGoOn(error), `${error?.code} ${error?.reason}`);
    assert.equal((await store.loadTake("id"))?.ended, "");
    assert.ok(calls.every((call) => call.startsWith("POST ")), "nothing was given back");
  });

  test(`an authority is not believed when somebody between answers ${status} ${body}`, async () => {
    const {web} = answering(status, body);
    const error = await failureOf(() => new AuthorityClient(web, "https://authority.example").metadata());
    assert.ok(error !== undefined && isFromBetween(error), `${error?.code} ${error?.reason}`);
  });
}

test("what the relay or the authority says itself is believed", async () => {
  const requestId = randomUuid();
  const relay = answering(404, "", {"Mailbox-Request-ID": requestId});
  const {link} = await parseShareLink(kLink);
  const gone = await failureOf(() => new RelayClient(relay.web).read(link, {deviceClaim: randomUuid(), requestId}));
  assert.equal(gone?.code, "not_found");
  const other = await failureOf(() => new RelayClient(relay.web).read(link, {deviceClaim: randomUuid(), requestId: randomUuid()}));
  assert.equal(other?.reason, "echo");
  const authority = answering(404, '{"error": "not_found", "detail": "no such address"}');
  const refused = await failureOf(() => new AuthorityClient(authority.web, "https://authority.example").metadata());
  assert.deepEqual([refused?.code, refused?.reason], ["not_found", "not_found"]);
});

test("a word that stands in the challenge alone is the authority's", async () => {
  const {web} = answering(401, "", {"WWW-Authenticate": 'DPoP error="invalid_token", algs="EdDSA"'});
  const client = new AuthorityClient(web, "https://authority.example");
  const error = await failureOf(() => client.metadata());
  assert.deepEqual([error?.code, error?.reason], ["unauthorized", "invalid_token"]);
});
