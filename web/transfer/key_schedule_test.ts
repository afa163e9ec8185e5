import assert from "node:assert/strict";
import test from "node:test";

import {bytesOf} from "../base/bytes.ts";
import {encodeHex, parseHex} from "../base/hex.ts";
import {encodeBase64url} from "../base/base64.ts";
import {sha256} from "../crypto/hash.ts";
import {importX25519} from "../crypto/x25519.ts";
import {parseJsonObject} from "../codec/json.ts";
import {objectMember} from "../codec/json_members.ts";
import {readVectorJson} from "../testing/vector_file.ts";
import {openInside, parseInvite, sealedMember} from "./confirmed_messages.ts";
import {parseEnvelope} from "./envelope.ts";
import {commitTo, confirmOf, derivePrk, requestKey, sharedBase, trafficKey, wordOctets} from "./key_schedule.ts";
import {digitsOfWords, wordsOf} from "./words.ts";

const run = readVectorJson("transfer/confirmed-transfer.json") as Record<string, string>;
const octets = (name: string) => parseHex(run[name] as string);

test("every key of the worked run", async () => {
  const invite = parseEnvelope(bytesOf(run["invite"] as string));
  const request = parseEnvelope(bytesOf(run["request"] as string));
  const senderKey = parseInvite(invite.content).handshake.key;
  const receiverKey = objectMember(parseJsonObject(bytesOf(run["request"] as string)), "content")["key"];
  const receiver = await importX25519(octets("receiver_private"), octets("receiver_nonce"));
  const dh = await receiver.agree(senderKey);
  assert.equal(encodeHex(dh), run["dh"]);

  const hInvite = await sha256(bytesOf(run["invite"] as string));
  const hRequest = await sha256(bytesOf(run["request"] as string));
  assert.equal(encodeHex(hInvite), run["h_invite"]);
  assert.equal(encodeHex(hRequest), run["h_request"]);
  assert.deepEqual(await commitTo(octets("sender_nonce")), parseInvite(invite.content).handshake.commit);

  const base = sharedBase(octets("secret"), dh);
  const ownKey = parseEnvelope(bytesOf(run["request"] as string)).content["key"] as string;
  assert.equal(ownKey, receiverKey);
  const key = await requestKey(base, hInvite, parseBase(ownKey), octets("receiver_nonce"));
  assert.equal(encodeHex(key), run["key_request"]);
  const inside = await openInside(key, sealedMember(request.content));
  assert.ok(inside["jwk"] !== undefined && inside["label"] !== undefined);

  const prk = await derivePrk(base, new Uint8Array(0), hInvite, hRequest, octets("sender_nonce"));
  assert.equal(encodeHex(prk), run["prk"]);
  const words = await wordOctets(prk);
  assert.equal(encodeHex(words), run["words"]);
  assert.equal(wordsOf(words).join(" "), run["words_text"]);
  assert.equal(digitsOfWords(words).replace(" ", ""), run["digits"]);
  assert.equal(encodeHex(await confirmOf(prk)), run["confirm"]);
  assert.equal(encodeHex(await trafficKey(prk, "sender", 2)), run["key_sender_2"]);
});

function parseBase(text: string): Uint8Array {
  const bytes = Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  assert.equal(encodeBase64url(bytes), text);
  return bytes;
}

test("the examples of the specification", () => {
  assert.equal(wordsOf(parseHex("3bbcc0")).join(" "), "clockwork pyramid slowdown");
  assert.equal(digitsOfWords(parseHex("3bbcc0")), "0391 4944");
  assert.equal(digitsOfWords(parseHex("000000")), "0000 0000");
});
