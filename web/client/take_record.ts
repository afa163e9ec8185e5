// A share that is being taken, stored before anything is sent, so that a wallet killed at any
// instruction goes on with the same key, claim and request ids; erased when the transfer ends.

import {type Bytes} from "../base/bytes.ts";
import {encodeBase64url, parseBase64url} from "../base/base64.ts";
import {fail} from "../base/error.ts";
import {encodeJsonBytes, newObject, parseJsonObject, type JsonObject} from "../codec/json.ts";
import {
  integerMember, objectMember, octetsMember, optionalBool, optionalObject, optionalText, textMember,
} from "../codec/json_members.ts";
import {encodeRfc3339, parseRfc3339, type Time} from "../codec/rfc3339.ts";
import {type OfferTerms} from "../credential/offer.ts";
import {type PrivateKey} from "../crypto/key.ts";
import {randomUuid} from "../crypto/random.ts";
import {parseSuite} from "../transfer/drop_suite.ts";
import {type SealedPayload} from "../transfer/sealed_payload.ts";
import {encodeLinkSecret, parseLinkSecret, takeSecret, type ShareLink} from "../transfer/share_link.ts";

// Outgoing is the message sealed last: sealed once, sent under one request id until it arrived.
export interface Outgoing {
  plaintextHash: string; // base64url
  payload: SealedPayload;
  requestId: string;
  sent: boolean;
}

// DropState is where an exchange stands in a dropbox: what was said so far, the place of our last
// message, and the place that was read and is still to be deleted.
export interface DropState {
  said: Bytes;
  written: string;
  read: string;
}

export interface TakeRecord {
  id: string; // idOfLink
  started: Time;
  link: ShareLink; // with its secret
  deviceClaim: string; // UUID, new per mailbox
  readRequest: string; // request ids: one per call, the same for its retries
  relinquishRequest: string;
  deleteRequest: string;
  claimed: boolean; // a read was sent: the relay may have bound us
  givesBack: boolean; // it is not taken, and nobody knows yet whether the relay let the place go
  expires: Time; // of the mailbox, once it was read; 0 before
  first: Bytes; // of a dropbox: message 0 as it lay there, to give it back
  offer?: JsonObject; // by value, once known
  note?: string;
  agreed: boolean; // the person said yes to this offer
  // Made once, before the first proof. Its octets never pass through this record's JSON.
  key?: PrivateKey;
  // A confirmed exchange: its machine, what was sent last, and what the person said yes to.
  machine?: JsonObject;
  outgoing?: Outgoing;
  drops?: DropState;
  approved?: OfferTerms;
  // Why it ended without the credential. Kept without any secret until the link has run out: a link
  // gets one request, ever.
  ended: string;
}

const kVersion = 1;
const kMostRecord = 1 << 20;

export function newTake(id: string, link: ShareLink, now: Time): TakeRecord {
  return {
    id,
    started: Math.floor(now),
    link,
    deviceClaim: randomUuid(),
    readRequest: randomUuid(),
    relinquishRequest: randomUuid(),
    deleteRequest: randomUuid(),
    claimed: false,
    givesBack: false,
    expires: 0,
    first: new Uint8Array(0),
    agreed: false,
    ended: "",
  };
}

// tombstone keeps of a transfer that ended without the credential why it did, and no secret.
export function tombstone(record: TakeRecord, why: string): TakeRecord {
  const {form, base, vertical} = record.link;
  return {...newTake(record.id, {form, base, vertical, mailbox: ""}, record.started), ended: why};
}

// claimOf keeps what gives the place back, and nothing that could be redeemed.
export function claimOf(record: TakeRecord): TakeRecord {
  const {deviceClaim, relinquishRequest, expires, first} = record;
  return {
    ...newTake(record.id, record.link, record.started), deviceClaim, relinquishRequest, expires, first, claimed: true, givesBack: true,
  };
}

// beginAgain takes after all what was to be given back, as the same device.
export function beginAgain(record: TakeRecord, now: Time): TakeRecord {
  const {deviceClaim, expires, first} = record;
  return {...newTake(record.id, record.link, now), deviceClaim, expires, first, claimed: true};
}

function encodeTerms(terms: OfferTerms): JsonObject {
  return newObject({
    kind: terms.kind,
    rights: terms.rights,
    from: encodeRfc3339(terms.window.from),
    until: encodeRfc3339(terms.window.until),
  });
}

function parseTerms(object: JsonObject): OfferTerms {
  const [from, until] = ["from", "until"].map((name) => parseRfc3339(textMember(object, name))) as [Time, Time];
  return {kind: textMember(object, "kind"), rights: objectMember(object, "rights"), window: {from, until}};
}

function encodePayload(payload: SealedPayload): JsonObject {
  return newObject({type: payload.type, data: payload.data});
}

// encodeTake writes everything but `key`; it holds secrets.
export function encodeTake(record: TakeRecord): Bytes {
  const {link} = record;
  const object = newObject({
    version: kVersion,
    id: record.id,
    started: encodeRfc3339(record.started),
    form: link.form,
    base: link.base,
    mailbox: link.mailbox,
    vertical: link.vertical,
    secret: link.secret === undefined ? "" : encodeLinkSecret(link.secret, link.suite),
    device_claim: record.deviceClaim,
    read_request: record.readRequest,
    relinquish_request: record.relinquishRequest,
    delete_request: record.deleteRequest,
    claimed: record.claimed,
    gives_back: record.givesBack,
    expires: encodeRfc3339(record.expires),
    first: encodeBase64url(record.first),
    agreed: record.agreed,
    ended: record.ended,
  });
  if (record.offer !== undefined) object["offer"] = record.offer;
  if (record.note !== undefined) object["note"] = record.note;
  if (record.machine !== undefined) object["machine"] = record.machine;
  if (record.approved !== undefined) object["approved"] = encodeTerms(record.approved);
  if (record.outgoing !== undefined) {
    const {plaintextHash, payload, requestId, sent} = record.outgoing;
    object["outgoing"] = newObject({
      plaintext_hash: plaintextHash, payload: encodePayload(payload), request_id: requestId, sent,
    });
  }
  if (record.drops !== undefined) {
    const {said, written, read} = record.drops;
    object["drops"] = newObject({said: encodeBase64url(said), written, read});
  }
  return encodeJsonBytes(object);
}

async function parseLink(object: JsonObject): Promise<ShareLink> {
  const form = textMember(object, "form");
  if (form !== "mailbox" && form !== "dropbox") throw fail("invalid", "the stored link is damaged");
  const link: ShareLink = {
    form, base: textMember(object, "base"), mailbox: textMember(object, "mailbox"), vertical: textMember(object, "vertical"),
  };
  const secret = textMember(object, "secret");
  if (secret !== "") takeSecret(link, await parseLinkSecret(secret));
  if (link.suite !== undefined && parseSuite(link.suite) === undefined) throw fail("invalid", "the stored link is damaged");
  return link;
}

function parseOutgoing(object: JsonObject): Outgoing {
  const payload = objectMember(object, "payload");
  return {
    plaintextHash: textMember(object, "plaintext_hash"),
    payload: {type: textMember(payload, "type"), data: textMember(payload, "data")},
    requestId: textMember(object, "request_id"),
    sent: optionalBool(object, "sent") ?? false,
  };
}

// parseTake reads what encodeTake wrote, and gives the record its key back. Throws: invalid; reason
// `version` for what a newer build wrote.
export async function parseTake(octets: Uint8Array, key: PrivateKey | undefined): Promise<TakeRecord> {
  const object = parseJsonObject(octets, {octets: kMostRecord, depth: 16});
  if (integerMember(object, "version", 1, 1 << 20) !== kVersion) {
    throw fail("invalid", "made by a newer version of keyferry", "version");
  }
  const record: TakeRecord = {
    id: textMember(object, "id"),
    started: parseRfc3339(textMember(object, "started")),
    link: await parseLink(object),
    deviceClaim: textMember(object, "device_claim"),
    readRequest: textMember(object, "read_request"),
    relinquishRequest: textMember(object, "relinquish_request"),
    deleteRequest: textMember(object, "delete_request"),
    claimed: optionalBool(object, "claimed") ?? false,
    givesBack: optionalBool(object, "gives_back") ?? false,
    expires: parseRfc3339(textMember(object, "expires")),
    first: parseBase64url(textMember(object, "first")),
    agreed: optionalBool(object, "agreed") ?? false,
    ended: textMember(object, "ended"),
  };
  const [offer, machine, approved, outgoing, drops] = ["offer", "machine", "approved", "outgoing", "drops"].map((name) =>
    optionalObject(object, name),
  );
  const note = optionalText(object, "note");
  if (offer !== undefined) record.offer = offer;
  if (note !== undefined) record.note = note;
  if (machine !== undefined) record.machine = machine;
  if (approved !== undefined) record.approved = parseTerms(approved);
  if (outgoing !== undefined) record.outgoing = parseOutgoing(outgoing);
  if (drops !== undefined) {
    record.drops = {said: octetsMember(drops, "said", 0), written: textMember(drops, "written"), read: textMember(drops, "read")};
  }
  if (key !== undefined) record.key = key;
  return record;
}
