import assert from "node:assert/strict";
import test from "node:test";

import {bytesOf, textOf, type Bytes} from "../base/bytes.ts";
import {encodeJson, newObject, parseJsonObject, type JsonObject} from "../codec/json.ts";
import {encodeJwk} from "../crypto/jwk.ts";
import {generateKey, type PublicKey} from "../crypto/key.ts";
import {randomBytes} from "../crypto/random.ts";
import {generateX25519} from "../crypto/x25519.ts";
import {failureOf} from "../testing/failing.ts";
import {kMailbox, offerOf, TestSender} from "../testing/sender.ts";
import {readVectorJson} from "../testing/vector_file.ts";
import {ConfirmedReceiver, type ReceiverApproval} from "./confirmed_receiver.ts";
import {encodeImport, parseDelegationInvite, parseImport} from "./delegation_messages.ts";
import {type Effect, type Effects} from "./effects.ts";

const secret = new Uint8Array(32).fill(7);

// Pair is a sender and a receiver; the receiver is stored and read back after every step.
class Pair {
  receiver: ConfirmedReceiver;
  key: PublicKey | undefined;

  constructor(readonly sender = new TestSender(secret)) {
    this.receiver = ConfirmedReceiver.claim(secret, kMailbox, sender.format);
  }
  async tell(plaintext: Uint8Array): Promise<Effects> {
    return this.after(await this.receiver.message(plaintext));
  }
  after(effects: Effects): Effects {
    const stored = parseJsonObject(bytesOf(encodeJson(this.receiver.encode())), {octets: 1 << 20, depth: 16});
    this.receiver = ConfirmedReceiver.parse(stored);
    return effects;
  }
  async approval(code = ""): Promise<ReceiverApproval> {
    this.key = (await generateKey("p256", false)).publicKey;
    return {credentialKey: this.key, label: "Ada's laptop", code, key: await generateX25519(), nonce: randomBytes(32)};
  }
  async toRequest(code = ""): Promise<Bytes> {
    await this.tell(await this.sender.start());
    return sent(this.after(await this.receiver.approve(await this.approval(code))));
  }
  async toReady(code = ""): Promise<Bytes> {
    return sent(await this.tell(await this.sender.reveal(await this.toRequest(code))));
  }
}

function find<K extends Effect["do"]>(effects: Effects, kind: K): Extract<Effect, {do: K}> {
  const found = effects.find((effect) => effect.do === kind);
  assert.ok(found !== undefined, `${kind} is none of ${effects.map((effect) => effect.do).join(", ")}`);
  return found as Extract<Effect, {do: K}>;
}
function sent(effects: Effects): Bytes {
  return find(effects, "send").plaintext;
}
function reasonOf(effects: Effects): string {
  return find(effects, "ended").reason;
}
function changed(plaintext: Uint8Array, change: (message: Record<string, Record<string, unknown>>) => void): Bytes {
  const message = JSON.parse(textOf(plaintext)) as Record<string, Record<string, unknown>>;
  change(message);
  return bytesOf(JSON.stringify(message));
}

test("a share is taken when both see the same words", async () => {
  const pair = new Pair();
  const shown = await pair.tell(await pair.sender.start(newObject({note: "for  Ada"})));
  assert.equal(find(shown, "showInvite").invite.note, "for Ada");
  const request = sent(pair.after(await pair.receiver.approve(await pair.approval())));
  const effects = await pair.tell(await pair.sender.reveal(request));
  assert.deepEqual(find(effects, "showWords").words, await pair.sender.words());
  assert.deepEqual({...(pair.sender.asked["jwk"] as JsonObject)}, {...encodeJwk(pair.key as PublicKey)});
  assert.equal(pair.sender.asked["label"], "Ada's laptop");
  const grant = await pair.sender.grant(sent(effects), newObject({credential_offer: offerOf(), share: "s1"}));
  assert.equal(pair.sender.confirmed, true);
  assert.deepEqual(encodeJson(find(await pair.tell(grant), "redeem").credentialOffer), encodeJson(offerOf()));
  assert.equal(find(await pair.receiver.resume(), "redeem").do, "redeem");
  const over = pair.after(await pair.receiver.redeemed({redeemed: true, reason: ""}));
  assert.equal(reasonOf(over), "");
  assert.equal(JSON.parse(textOf(sent(over)))["keyferry"]["type"], "done");
  assert.deepEqual(await pair.receiver.resume(), over);
});

test("an ended exchange keeps no key", async () => {
  const pair = new Pair();
  await pair.toReady();
  await pair.receiver.cancel();
  const stored = pair.receiver.encode();
  for (const name of ["code", "code_scalar", "base", "prk"]) assert.equal(stored[name], "", name);
});

test("a code makes both sides' keys equal, and a wrong one does not", async () => {
  for (const typed of ["123456", "123457"]) {
    const pair = new Pair(new TestSender(secret, "123456"));
    const ready = await pair.toReady(typed);
    await pair.sender.grant(ready, newObject());
    assert.equal(pair.sender.confirmed, typed === "123456");
  }
});

test("a nonce other than the committed one ends it", async () => {
  const pair = new Pair();
  const request = await pair.toRequest();
  assert.equal(reasonOf(await pair.tell(await pair.sender.reveal(request, randomBytes(32)))), "order");
});

test("a grant for something else than the invite is refused", async () => {
  const others: JsonObject[] = [
    newObject({credential_offer: offerOf("https://evil.example"), share: "s1"}),
    newObject({credential_offer: offerOf(undefined, "x509"), share: "s1"}),
    newObject({credential_offer: offerOf(), share: "s2"}),
    newObject({credential_offer: newObject(), share: "s1"}),
  ];
  for (const inside of others) {
    const pair = new Pair();
    const over = await pair.tell(await pair.sender.grant(await pair.toReady(), inside));
    assert.equal(reasonOf(over), "offer");
    assert.equal(JSON.parse(textOf(sent(over)))["keyferry"]["type"], "cancel");
  }
});

test("a grant that does not open ends it as damaged", async () => {
  const pair = new Pair();
  const ready = await pair.toReady();
  pair.sender.prk = randomBytes(32);
  assert.equal(reasonOf(await pair.tell(await pair.sender.grant(ready, newObject()))), "damaged");
});

test("every message out of its turn or place is refused by its reason", async () => {
  const cases: [string, (message: Record<string, Record<string, unknown>>) => void][] = [
    ["order", (m) => (m["keyferry"]!["seq"] = 2)],
    ["order", (m) => (m["keyferry"]!["prev"] = "A".repeat(43))],
    ["order", (m) => delete m["keyferry"]!["prev"]],
    ["order", (m) => (m["keyferry"]!["type"] = "grant")],
    ["reflected", (m) => (m["keyferry"]!["from"] = "receiver")],
    ["misplaced", (m) => (m["keyferry"]!["transfer"] = "A".repeat(22))],
    ["misplaced", (m) => (m["keyferry"]!["mailbox"] = "")],
    ["misplaced", (m) => ((m as Record<string, unknown>)["format"] = "keyferry.delegation.v1")],
    ["damaged", (m) => (m["keyferry"]!["seq"] = "1")],
    ["damaged", (m) => (m["content"] = [] as unknown as Record<string, unknown>)],
    ["damaged", (m) => delete (m as Record<string, unknown>)["keyferry"]],
    ["damaged", (m) => (m["content"]!["nonce"] = "AAAA")],
    ["version", (m) => (m["keyferry"]!["v"] = 2)],
  ];
  for (const [reason, change] of cases) {
    const pair = new Pair();
    const reveal = await pair.sender.reveal(await pair.toRequest());
    assert.equal(reasonOf(await pair.tell(changed(reveal, change))), reason, String(change));
  }
});

test("before it has written anything it gives the mailbox back", async () => {
  for (const change of [
    (m: Record<string, Record<string, unknown>>) => (m["keyferry"]!["v"] = 2),
    (m: Record<string, Record<string, unknown>>) => (m["content"]!["expires"] = "tomorrow"),
    (m: Record<string, Record<string, unknown>>) => (m["keyferry"]!["seq"] = 1),
  ]) {
    const pair = new Pair();
    const over = await pair.tell(changed(await pair.sender.start(), change));
    assert.deepEqual(over.map((effect) => effect.do), ["relinquish", "ended"]);
  }
  const pair = new Pair();
  await pair.tell(await pair.sender.start());
  assert.equal((await pair.receiver.cancel())[0]?.do, "relinquish");
});

test("its own message and a duplicate are no events, a reflected one ends it", async () => {
  const pair = new Pair();
  const request = await pair.toRequest();
  assert.deepEqual(await pair.tell(request), []);
  assert.deepEqual(await pair.tell(pair.sender.invite), []);
  assert.equal(pair.receiver.state, "requested");
});

test("a cancel is taken at any time, with an unknown reason too", async () => {
  for (const [reason, read] of [["words", "words"], ["user", "user"], ["something new", "other"]] as const) {
    const pair = new Pair();
    const request = await pair.toRequest();
    const over = await pair.tell(await pair.sender.cancel(reason, request));
    assert.equal(reasonOf(over), read);
    assert.equal(find(over, "ended").byPeer, true);
    assert.equal(over.some((effect) => effect.do === "send"), false);
  }
});

test("an own key or an unusable one of the sender ends it", async () => {
  const low = new Uint8Array(32); // the neutral element: every result is zero
  const pair = new Pair();
  const invite = changed(await pair.sender.start(), (m) => {
    (m["content"]!["handshake"] as Record<string, string>)["key"] = Buffer.from(low).toString("base64url");
  });
  await pair.tell(invite);
  assert.equal(reasonOf(await pair.receiver.approve(await pair.approval())), "order");

  const own = new Pair();
  const approval = await own.approval();
  const mine = Buffer.from(approval.key.publicKey).toString("base64url");
  await own.tell(changed(await own.sender.start(), (m) => {
    (m["content"]!["handshake"] as Record<string, string>)["key"] = mine;
  }));
  assert.equal(reasonOf(await own.receiver.approve(approval)), "reflected");
});

test("a damaged record is refused, not half read", async () => {
  const pair = new Pair();
  await pair.toReady();
  const stored = pair.receiver.encode();
  for (const name of Object.keys(stored)) {
    const less = newObject(stored);
    delete less[name];
    assert.ok((await failureOf(() => ConfirmedReceiver.parse(less))) !== undefined, name);
  }
  assert.equal((await failureOf(() => ConfirmedReceiver.parse(newObject({...stored, version: 2}))))?.reason, "version");
});

test("a delegation goes the same way to its import", async () => {
  const {publicKey: owner} = await generateKey("p256", false);
  const given = {delegation: randomBytes(300), chain: [randomBytes(200), randomBytes(250)], owner, lists: [randomBytes(90)]};
  const pair = new Pair(new TestSender(secret, "", "keyferry.delegation.v1"));
  const issuer = Buffer.from(randomBytes(32)).toString("base64url");
  const shown = await pair.tell(await pair.sender.start(newObject({issuer})));
  assert.equal(find(shown, "showDelegation").invite.kind, "ssh");
  const request = sent(pair.after(await pair.receiver.approve(await pair.approval())));
  const ready = sent(await pair.tell(await pair.sender.reveal(request)));
  const effects = await pair.tell(await pair.sender.grant(ready, encodeImport(given)));
  assert.deepEqual(find(effects, "import").import, given);
  assert.deepEqual(find(await pair.receiver.resume(), "import").import, given);
});

test("every delegation message of the shared vectors is taken or refused as it says", async () => {
  const {cases} = readVectorJson("transfer/delegation-messages.json") as {
    cases: {of: string; name: string; taken: boolean; value: object}[];
  };
  assert.ok(cases.length > 40);
  for (const one of cases) {
    const value = parseJsonObject(bytesOf(JSON.stringify(one.value)), {octets: 1 << 20, depth: 16});
    const failure = await failureOf(() => (one.of === "invite" ? parseDelegationInvite(value) : parseImport(value)));
    assert.equal(failure === undefined, one.taken, one.name);
    if (failure !== undefined) assert.equal(failure.reason, "damaged", one.name);
  }
});
