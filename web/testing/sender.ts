// A sender of the confirmed conversation, for the tests of the receiver: it says what transfer.md
// says, and a test can change every message before it is read.

import {bytesOf, concat, type Bytes} from "../base/bytes.ts";
import {encodeBase64url} from "../base/base64.ts";
import {newObject, parseJsonObject, type JsonObject} from "../codec/json.ts";
import {objectMember, octetsMember} from "../codec/json_members.ts";
import {sha256} from "../crypto/hash.ts";
import {cpaceKey, cpaceShare, randomScalar} from "../crypto/cpace.ts";
import {randomBytes} from "../crypto/random.ts";
import {generateX25519, type X25519Pair} from "../crypto/x25519.ts";
import {openInside, sealInside} from "../transfer/confirmed_messages.ts";
import {commitTo, confirmOf, derivePrk, requestKey, sharedBase, trafficKey, wordOctets} from "../transfer/key_schedule.ts";

export const kMailbox = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0";

export class TestSender {
  transfer = randomBytes(16);
  nonce = randomBytes(32);
  last: Bytes = new Uint8Array(0);
  invite: Bytes = new Uint8Array(0);
  prk: Bytes = new Uint8Array(0);
  asked: JsonObject = newObject();
  confirmed = false;
  private pair: X25519Pair | undefined;
  private seq = 0;
  private readonly scalar = randomScalar();
  private readonly sid = randomBytes(16);

  constructor(readonly secret: Uint8Array, readonly code = "", readonly format = "keyferry.share.v1") {}

  message(type: string, content: JsonObject, prev?: Uint8Array): Bytes {
    const keyferry = newObject({
      v: 1, type, transfer: encodeBase64url(this.transfer), from: "sender", seq: this.seq++,
    });
    if (prev !== undefined) {
      keyferry["mailbox"] = kMailbox;
      keyferry["prev"] = encodeBase64url(prev);
    }
    this.last = bytesOf(JSON.stringify({format: this.format, content, keyferry}));
    return this.last;
  }

  private codeInput() {
    return {prs: bytesOf(this.code), ci: concat(bytesOf("keyferry v1 cpace"), this.transfer), sid: this.sid};
  }

  async start(more: JsonObject = newObject()): Promise<Bytes> {
    this.pair = await generateX25519();
    const handshake = newObject({
      suite: "X25519",
      key: encodeBase64url(this.pair.publicKey),
      commit: encodeBase64url(await commitTo(this.nonce)),
    });
    if (this.code !== "") {
      const y = await cpaceShare(this.codeInput(), this.scalar);
      handshake["code"] = newObject({sid: encodeBase64url(this.sid), y: encodeBase64url(y)});
    }
    const content = newObject({
      authority: "https://auth.example", kind: "ssh", rights: newObject({logins: ["deploy"]}), share: "s1",
      expires: "2026-11-27T00:00:00Z", handshake, ...more,
    });
    this.invite = this.message("invite", content);
    return this.invite;
  }

  // reveal reads a request and answers it.
  async reveal(request: Uint8Array, nonce = this.nonce): Promise<Bytes> {
    const content = objectMember(parseJsonObject(request), "content");
    const theirs = octetsMember(content, "key", 32);
    const base = sharedBase(this.secret, await (this.pair as X25519Pair).agree(theirs));
    const hInvite = await sha256(this.invite);
    const key = await requestKey(base, hInvite, theirs, octetsMember(content, "nonce", 32));
    this.asked = await openInside(key, octetsMember(content, "sealed", 0));
    let isk: Bytes = new Uint8Array(0);
    if (this.code !== "") {
      const ya = await cpaceShare(this.codeInput(), this.scalar);
      const yb = octetsMember(content, "y", 32);
      isk = await cpaceKey(this.sid, this.scalar, yb, ya, yb);
    }
    this.prk = await derivePrk(base, isk, hInvite, await sha256(request), this.nonce);
    return this.message("reveal", newObject({nonce: encodeBase64url(nonce)}), await sha256(request));
  }

  words(): Promise<Bytes> {
    return wordOctets(this.prk);
  }

  // grant reads a ready and answers it with `inside`.
  async grant(ready: Uint8Array, inside: JsonObject): Promise<Bytes> {
    const confirm = octetsMember(objectMember(parseJsonObject(ready), "content"), "confirm", 32);
    this.confirmed = encodeBase64url(confirm) === encodeBase64url(await confirmOf(this.prk));
    const sealed = await sealInside(await trafficKey(this.prk, "sender", 2), inside);
    const type = this.format === "keyferry.share.v1" ? "grant" : "import";
    return this.message(type, newObject({sealed: encodeBase64url(sealed)}), await sha256(ready));
  }

  async cancel(reason: string, prev: Uint8Array): Promise<Bytes> {
    return this.message("cancel", newObject({reason}), await sha256(prev));
  }
}

export function offerOf(issuer = "https://auth.example", kind = "ssh"): JsonObject {
  const grant = newObject({"pre-authorized_code": "abc"});
  return newObject({
    credential_issuer: issuer,
    credential_configuration_ids: [kind],
    grants: newObject({"urn:ietf:params:oauth:grant-type:pre-authorized_code": grant}),
  });
}
