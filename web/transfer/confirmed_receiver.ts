// The receiver's side of the confirmed conversation (transfer.md section 3) as a state machine:
//
//   claimed --invite--> invited --yes--> requested --reveal--> waiting --grant--> redeeming
//   --redeemed--> ended
//
// It makes ONE request a link, ever: what it approved, sent and asked is in the record, and the same
// link accepted again goes on from there. It does not talk to anybody; see effects.ts for its use.

import {bytesOf, concat, equal, equalConstantTime, wipe, type Bytes} from "../base/bytes.ts";
import {encodeBase64url} from "../base/base64.ts";
import {asError, fail, require} from "../base/error.ts";
import {newObject, type JsonObject} from "../codec/json.ts";
import {objectMember, octetsMember, textMember} from "../codec/json_members.ts";
import {sha256} from "../crypto/hash.ts";
import {type PublicKey} from "../crypto/key.ts";
import {type X25519Pair} from "../crypto/x25519.ts";
import {parseOffer} from "../credential/offer.ts";
import {
  encodeGrant, encodeInvite, encodeOutcome, encodeRequest, encodeRequestSecret, kShareFormat, openInside, parseCancel,
  parseGrant, parseInvite, sealedMember, sealInside,
  type CodeOffer, type Grant, type Handshake, type Invite, type Outcome,
} from "./confirmed_messages.ts";
import {
  accept, compose, encodeConversation, newConversation, parseConversation, read,
  type Conversation, type RoutedEnvelope,
} from "./conversation.ts";
import {
  encodeDelegationInvite, encodeImport, kDelegationFormat, parseDelegationInvite, parseImport,
  type DelegationInvite, type Import,
} from "./delegation_messages.ts";
import {type Effects, type Ended} from "./effects.ts";
import {commitTo, confirmOf, derivePrk, requestKey, sharedBase, trafficKey, wordOctets} from "./key_schedule.ts";

export type ReceiverState = "claimed" | "invited" | "requested" | "waiting" | "redeeming" | "ended";

const kStates: readonly ReceiverState[] = ["claimed", "invited", "requested", "waiting", "redeeming", "ended"];
const kNone = new Uint8Array(0) as Bytes;

// ReceiverApproval is the person's yes. `code` is what the person typed, empty when the invite has
// none; `key` and `nonce` are fresh.
export interface ReceiverApproval {
  credentialKey: PublicKey;
  label: string;
  code: string;
  key: X25519Pair;
  nonce: Bytes;
}

// What only a share with a code needs is loaded when one comes.
async function loadCpace() {
  return import("../crypto/cpace.ts");
}

export class ConfirmedReceiver {
  private current: ReceiverState = "claimed";
  private offered: Invite | undefined; // of a share
  private offeredDelegation: DelegationInvite | undefined; // or of a delegation
  private code = kNone;
  private codeScalar = kNone;
  private base = kNone;
  private prk = kNone;
  private hInvite = kNone;
  private hRequest = kNone;
  private grant: Grant | undefined;
  private imported: Import | undefined;
  private closing: Effects = [];

  private constructor(private secret: Uint8Array, private readonly conversation: Conversation) {}

  // claim begins with the claim of a mailbox: `mailbox` as transfer.md section 2 spells it.
  static claim(secret: Uint8Array, mailbox: string, format = kShareFormat): ConfirmedReceiver {
    return new ConfirmedReceiver(secret, newConversation("receiver", format, mailbox));
  }

  get state(): ReceiverState {
    return this.current;
  }
  get invite(): Invite | undefined {
    return this.offered;
  }
  get delegation(): DelegationInvite | undefined {
    return this.offeredDelegation;
  }

  async message(plaintext: Uint8Array): Promise<Effects> {
    if (this.current === "ended") return [];
    let envelope: RoutedEnvelope | undefined;
    try {
      envelope = await read(this.conversation, plaintext, this.awaited());
    } catch (thrown) {
      return this.refuse(thrown);
    }
    if (envelope === undefined) return [];
    switch (envelope.routing.type) {
      case "cancel":
        return this.takeCancel(plaintext, envelope);
      case "invite":
        return this.takeInvite(plaintext, envelope);
      case "reveal":
        return this.takeReveal(plaintext, envelope);
      default:
        return this.takeGiven(plaintext, envelope);
    }
  }

  // approve is the person's yes, in state invited only.
  async approve(approval: ReceiverApproval): Promise<Effects> {
    if (this.current !== "invited") return [];
    if (equal(this.handshake().key, approval.key.publicKey)) {
      return this.abort("reflected", "the sender's key is our own");
    }
    try {
      this.base = sharedBase(this.secret, await approval.key.agree(this.handshake().key));
    } catch {
      return this.abort("order", "the sender's key is not usable");
    }
    this.code = bytesOf(approval.code);
    let plaintext: Bytes;
    try {
      plaintext = await this.composeRequest(approval);
    } catch (thrown) {
      return this.abort("other", asError(thrown).detail);
    }
    this.hRequest = await sha256(plaintext);
    this.current = "requested";
    return [{do: "send", plaintext}];
  }

  async redeemed(outcome: Outcome): Promise<Effects> {
    if (this.current !== "redeeming") return [];
    const sealed = await sealInside(await trafficKey(this.prk, "receiver", 2), encodeOutcome(outcome));
    const plaintext = await compose(this.conversation, "done", newObject({sealed: encodeBase64url(sealed)}));
    this.closing = [{do: "send", plaintext}];
    return this.end({reason: outcome.redeemed ? "" : "offer", text: outcome.reason, byPeer: false});
  }

  // unreadable: what lies in the place does not open. cancel and decline: the person's no. deadline:
  // the place is gone.
  async unreadable(): Promise<Effects> {
    if (this.current === "ended") return [];
    if (this.current === "claimed") return this.giveBack("damaged", "wrong or damaged secret");
    return this.abort("damaged", "the message in the mailbox does not open");
  }
  async cancel(): Promise<Effects> {
    if (this.current === "ended") return [];
    return this.isUnwritten() ? this.giveBack("user", "") : this.abort("user", "");
  }
  async deadline(): Promise<Effects> {
    if (this.current === "ended") return [];
    this.closing = [];
    return this.end({reason: "expired", text: "", byPeer: false});
  }

  async resume(): Promise<Effects> {
    switch (this.current) {
      case "claimed":
        return [];
      case "invited":
        if (this.offeredDelegation !== undefined) return [{do: "showDelegation", invite: this.offeredDelegation}];
        return [{do: "showInvite", invite: this.offered as Invite}];
      case "requested":
        return [{do: "send", plaintext: this.conversation.ownLast}];
      case "waiting":
        return [
          {do: "showWords", words: await wordOctets(this.prk)}, {do: "send", plaintext: this.conversation.ownLast},
        ];
      case "redeeming":
        if (this.imported !== undefined) return [{do: "import", import: this.imported}];
        return [{do: "redeem", credentialOffer: (this.grant as Grant).credentialOffer}];
      case "ended":
        return this.closing;
    }
  }

  // encode is the machine as the wallet stores it; it holds secrets. parse throws invalid.
  encode(): JsonObject {
    return newObject({
      version: 1,
      state: this.current,
      conversation: encodeConversation(this.conversation),
      invite: this.encodeOffered(),
      secret: encodeBase64url(this.secret),
      code: encodeBase64url(this.code),
      code_scalar: encodeBase64url(this.codeScalar),
      base: encodeBase64url(this.base),
      prk: encodeBase64url(this.prk),
      h_invite: encodeBase64url(this.hInvite),
      h_request: encodeBase64url(this.hRequest),
      given: this.encodeGiven(),
      closing: this.encodeClosing(),
    });
  }

  static parse(object: JsonObject): ConfirmedReceiver {
    if (object["version"] !== 1) throw fail("invalid", "made by a newer version of keyferry", "version");
    const conversation = parseConversation(objectMember(object, "conversation"));
    const receiver = new ConfirmedReceiver(octetsMember(object, "secret", 0), conversation);
    const state = kStates.find((known) => known === object["state"]);
    const invite = objectMember(object, "invite");
    const given = objectMember(object, "given");
    const running = state !== "claimed" && state !== "ended";
    if (state === undefined || (running && isEmpty(invite)) || (state === "redeeming" && isEmpty(given))) {
      throw fail("invalid", "the stored transfer is damaged");
    }
    receiver.current = state;
    const delegates = conversation.format === kDelegationFormat;
    if (!isEmpty(invite) && delegates) receiver.offeredDelegation = parseDelegationInvite(invite);
    if (!isEmpty(invite) && !delegates) receiver.offered = parseInvite(invite);
    if (!isEmpty(given) && delegates) receiver.imported = parseImport(given);
    if (!isEmpty(given) && !delegates) receiver.grant = parseGrant(given);
    receiver.code = octetsMember(object, "code", 0);
    receiver.codeScalar = octetsMember(object, "code_scalar", 0);
    receiver.base = octetsMember(object, "base", 0);
    receiver.prk = octetsMember(object, "prk", 0);
    receiver.hInvite = octetsMember(object, "h_invite", 0);
    receiver.hRequest = octetsMember(object, "h_request", 0);
    receiver.closing = parseClosing(objectMember(object, "closing"));
    return receiver;
  }

  private delegates(): boolean {
    return this.conversation.format === kDelegationFormat;
  }
  private handshake(): Handshake {
    const offered = this.offeredDelegation ?? this.offered;
    require(offered !== undefined, "there is an invite");
    return offered.handshake;
  }
  private isUnwritten(): boolean {
    return this.current === "claimed" || this.current === "invited";
  }
  private awaited(): string {
    if (this.current === "claimed") return "invite";
    if (this.current === "requested") return "reveal";
    if (this.current === "waiting") return this.delegates() ? "import" : "grant";
    return "";
  }

  // refuse: until the first own message the place is given back, afterwards the exchange ends.
  private refuse(thrown: unknown): Promise<Effects> {
    const error = asError(thrown);
    const reason = error.reason === "" ? "damaged" : error.reason;
    return this.current === "claimed"
      ? Promise.resolve(this.giveBack(reason, error.detail))
      : this.abort(reason, error.detail);
  }

  private async takeInvite(plaintext: Uint8Array, envelope: RoutedEnvelope): Promise<Effects> {
    try {
      if (this.delegates()) this.offeredDelegation = parseDelegationInvite(envelope.content);
      else this.offered = parseInvite(envelope.content);
    } catch (thrown) {
      return this.giveBack("damaged", asError(thrown).detail);
    }
    accept(this.conversation, plaintext, envelope);
    this.hInvite = await sha256(plaintext);
    this.current = "invited";
    return this.resume();
  }

  private codeInput(offer: CodeOffer) {
    const ci = concat(bytesOf("keyferry v1 cpace"), this.conversation.transfer);
    return {prs: this.code, ci, sid: offer.sid};
  }

  private async composeRequest(approval: ReceiverApproval): Promise<Bytes> {
    const {key, nonce} = approval;
    const code = this.handshake().code;
    let y: Bytes | undefined;
    if (code !== undefined) {
      const {cpaceShare, randomScalar} = await loadCpace();
      this.codeScalar = randomScalar();
      y = await cpaceShare(this.codeInput(code), this.codeScalar);
    }
    const sealing = await requestKey(this.base, this.hInvite, key.publicKey, nonce);
    const sealed = await sealInside(sealing, encodeRequestSecret(approval.credentialKey, approval.label));
    const request = {key: key.publicKey, nonce, sealed, ...(y === undefined ? {} : {y})};
    return compose(this.conversation, "request", encodeRequest(request));
  }

  private async codeKey(): Promise<Bytes> {
    const code = this.handshake().code;
    if (code === undefined) return kNone;
    const {cpaceKey, cpaceShare} = await loadCpace();
    const own = await cpaceShare(this.codeInput(code), this.codeScalar);
    return cpaceKey(code.sid, this.codeScalar, code.y, code.y, own);
  }

  private async takeReveal(plaintext: Uint8Array, envelope: RoutedEnvelope): Promise<Effects> {
    let nonce: Bytes;
    try {
      nonce = octetsMember(envelope.content, "nonce", 32);
    } catch (thrown) {
      return this.abort("damaged", asError(thrown).detail);
    }
    if (!equalConstantTime(await commitTo(nonce), this.handshake().commit)) {
      return this.abort("order", "the sender opened another nonce than it committed to");
    }
    let isk: Bytes;
    try {
      isk = await this.codeKey();
    } catch (thrown) {
      return this.abort("code", asError(thrown).detail);
    }
    this.prk = await derivePrk(this.base, isk, this.hInvite, this.hRequest, nonce);
    accept(this.conversation, plaintext, envelope);
    const confirm = encodeBase64url(await confirmOf(this.prk));
    await compose(this.conversation, "ready", newObject({confirm}));
    wipe(this.base);
    this.base = kNone;
    this.current = "waiting";
    return this.resume();
  }

  private async takeGiven(plaintext: Uint8Array, envelope: RoutedEnvelope): Promise<Effects> {
    try {
      const key = await trafficKey(this.prk, "sender", 2);
      this.readGiven(await openInside(key, sealedMember(envelope.content)));
    } catch (thrown) {
      const error = asError(thrown);
      return this.abort(error.reason === "" ? "damaged" : error.reason, error.detail);
    }
    accept(this.conversation, plaintext, envelope);
    this.current = "redeeming";
    return this.resume();
  }

  // readGiven takes over a grant, which must be for what the invite offered, or an import, whose
  // signatures are looked at by whoever carries it out.
  private readGiven(inside: JsonObject): void {
    if (this.delegates()) {
      this.imported = parseImport(inside);
      return;
    }
    const grant = parseGrant(inside);
    const invite = this.offered as Invite;
    const other = fail("forbidden", "the grant offers something else than the invite", "offer");
    let offer;
    try {
      offer = parseOffer(grant.credentialOffer);
    } catch {
      throw other;
    }
    const asInvited =
      grant.share === invite.share && offer.issuer === invite.authority &&
      offer.configurationIds.length === 1 && offer.configurationIds[0] === invite.kind;
    if (!asInvited) throw other;
    this.grant = grant;
  }

  private async takeCancel(plaintext: Uint8Array, envelope: RoutedEnvelope): Promise<Effects> {
    let cancel;
    try {
      cancel = parseCancel(envelope.content);
    } catch (thrown) {
      return this.abort("damaged", asError(thrown).detail);
    }
    accept(this.conversation, plaintext, envelope);
    this.closing = [];
    return this.end({...cancel, byPeer: true});
  }

  // giveBack: nothing was written yet, so another may take the share.
  private giveBack(reason: string, text: string): Effects {
    this.closing = [{do: "relinquish"}];
    return this.end({reason, text, byPeer: false});
  }

  private async abort(reason: string, text: string): Promise<Effects> {
    const plaintext = await compose(this.conversation, "cancel", newObject({reason}));
    this.closing = [{do: "send", plaintext}];
    return this.end({reason, text, byPeer: false});
  }

  private end(ended: Ended): Effects {
    this.current = "ended";
    this.closing.push({do: "ended", ...ended});
    wipe(this.code, this.codeScalar, this.base, this.prk);
    this.code = this.codeScalar = this.base = this.prk = kNone;
    this.grant = this.imported = undefined;
    return this.closing;
  }

  private encodeOffered(): JsonObject {
    if (this.offeredDelegation !== undefined) return encodeDelegationInvite(this.offeredDelegation);
    return this.offered === undefined ? newObject() : encodeInvite(this.offered);
  }
  private encodeGiven(): JsonObject {
    if (this.imported !== undefined) return encodeImport(this.imported);
    return this.grant === undefined ? newObject() : encodeGrant(this.grant);
  }
  // Of effects only those that an ended transfer can still owe.
  private encodeClosing(): JsonObject {
    const object = newObject();
    for (const effect of this.closing) {
      if (effect.do === "send") object["send"] = encodeBase64url(effect.plaintext);
      if (effect.do === "relinquish") object["relinquish"] = true;
      if (effect.do === "ended") {
        object["ended"] = newObject({reason: effect.reason, text: effect.text, by_peer: effect.byPeer});
      }
    }
    return object;
  }
}

function isEmpty(object: JsonObject): boolean {
  return Object.keys(object).length === 0;
}

function parseClosing(object: JsonObject): Effects {
  const closing: Effects = [];
  if (object["relinquish"] === true) closing.push({do: "relinquish"});
  if (object["send"] !== undefined) closing.push({do: "send", plaintext: octetsMember(object, "send", 0)});
  if (object["ended"] !== undefined) {
    const ended = objectMember(object, "ended");
    const text = textMember(ended, "text");
    closing.push({do: "ended", reason: textMember(ended, "reason"), text, byPeer: ended["by_peer"] === true});
  }
  return closing;
}

