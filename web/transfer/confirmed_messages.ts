// Contents of the messages of the confirmed conversation, format keyferry.share.v1 (transfer.md
// section 3), as values: what a receiver reads and writes. parse* throws invalid, reason `damaged`,
// for what is missing or wrongly typed, and ignores unknown members.

import {type Bytes} from "../base/bytes.ts";
import {encodeBase64url} from "../base/base64.ts";
import {fail, inContext} from "../base/error.ts";
import {encodeJsonBytes, newObject, parseJsonObject, type JsonObject} from "../codec/json.ts";
import {objectMember, octetsMember, optionalObject, optionalText, textMember} from "../codec/json_members.ts";
import {encodeRfc3339, parseRfc3339, type Time} from "../codec/rfc3339.ts";
import {label} from "../codec/text.ts";
import {open, seal} from "../crypto/aead.ts";
import {encodeJwk} from "../crypto/jwk.ts";
import {type PublicKey} from "../crypto/key.ts";
import {kMostPlaintext} from "./envelope.ts";

export const kShareFormat = "keyferry.share.v1";

const kMostText = 200;
const kReasons = [
  "user", "refused", "words", "code", "expired", "order", "reflected", "misplaced", "damaged", "version", "offer",
  "other",
];

export function damaged<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw inContext("a message is damaged", error, "damaged");
  }
}

export interface CodeOffer {
  sid: Bytes; // 16 octets
  y: Bytes; // 32 octets
}

// Handshake is what an invite of either format says of the sender's half of the keys.
export interface Handshake {
  key: Bytes; // X25519, ephemeral
  commit: Bytes; // to Ns
  code?: CodeOffer;
}

export function parseHandshake(object: JsonObject): Handshake {
  if (textMember(object, "suite") !== "X25519") throw fail("invalid", 'member "suite" must be "X25519"');
  const handshake: Handshake = {key: octetsMember(object, "key", 32), commit: octetsMember(object, "commit", 32)};
  const code = optionalObject(object, "code");
  if (code !== undefined) handshake.code = {sid: octetsMember(code, "sid", 16), y: octetsMember(code, "y", 32)};
  return handshake;
}

export function encodeHandshake(handshake: Handshake): JsonObject {
  const object = newObject({
    suite: "X25519", key: encodeBase64url(handshake.key), commit: encodeBase64url(handshake.commit),
  });
  if (handshake.code !== undefined) {
    object["code"] = newObject({sid: encodeBase64url(handshake.code.sid), y: encodeBase64url(handshake.code.y)});
  }
  return object;
}

export interface Invite {
  authority: string; // issuer identifier, exact octets
  kind: string;
  rights: JsonObject;
  share: string;
  expires: Time;
  note?: string; // cleaned, at most 200 code points: quoted when shown
  handshake: Handshake;
}

export function parseInvite(content: JsonObject): Invite {
  return damaged(() => {
    const note = label(optionalText(content, "note") ?? "", kMostText);
    return {
      authority: textMember(content, "authority"),
      kind: textMember(content, "kind"),
      rights: objectMember(content, "rights"),
      share: textMember(content, "share"),
      expires: parseRfc3339(textMember(content, "expires")),
      handshake: parseHandshake(objectMember(content, "handshake")),
      ...(note === "" ? {} : {note}),
    };
  });
}

export function encodeInvite(invite: Invite): JsonObject {
  const content = newObject({
    authority: invite.authority,
    kind: invite.kind,
    rights: invite.rights,
    share: invite.share,
    expires: encodeRfc3339(invite.expires),
  });
  if (invite.note !== undefined) content["note"] = invite.note;
  content["handshake"] = encodeHandshake(invite.handshake);
  return content;
}

export interface Request {
  key: Bytes;
  nonce: Bytes;
  y?: Bytes; // present iff the invite had a code
  sealed: Bytes; // of RequestSecret, under K_request
}

export function encodeRequest(request: Request): JsonObject {
  const content = newObject({key: encodeBase64url(request.key), nonce: encodeBase64url(request.nonce)});
  if (request.y !== undefined) content["y"] = encodeBase64url(request.y);
  content["sealed"] = encodeBase64url(request.sealed);
  return content;
}

export function encodeRequestSecret(key: PublicKey, ownLabel: string): JsonObject {
  return newObject({jwk: encodeJwk(key), label: ownLabel});
}

export interface Grant {
  credentialOffer: JsonObject; // by value
  share: string;
}

export function parseGrant(object: JsonObject): Grant {
  return damaged(() => ({
    credentialOffer: objectMember(object, "credential_offer"), share: textMember(object, "share"),
  }));
}

export function encodeGrant(grant: Grant): JsonObject {
  return newObject({credential_offer: grant.credentialOffer, share: grant.share});
}

export interface Outcome {
  redeemed: boolean;
  reason: string; // why it failed
}

export function encodeOutcome(outcome: Outcome): JsonObject {
  const object = newObject({outcome: outcome.redeemed ? "redeemed" : "failed"});
  const reason = label(outcome.reason, kMostText);
  if (reason !== "") object["reason"] = reason;
  return object;
}

export interface Cancel {
  reason: string; // one of the words of transfer.md; an unknown one reads as "other"
  text: string; // cleaned, at most 200 code points
}

export function parseCancel(content: JsonObject): Cancel {
  return damaged(() => {
    const reason = textMember(content, "reason");
    const text = label(optionalText(content, "text") ?? "", kMostText);
    return {reason: kReasons.includes(reason) ? reason : "other", text};
  });
}

// sealInside seals a JSON object under a key that seals nothing else; openInside undoes it. Throws:
// cannot_open, invalid; reason `damaged`.
export function sealInside(key: Uint8Array, object: JsonObject): Promise<Bytes> {
  return seal(key, encodeJsonBytes(object));
}

export async function openInside(key: Uint8Array, sealed: Uint8Array): Promise<JsonObject> {
  try {
    return parseJsonObject(await open(key, sealed), {octets: kMostPlaintext, depth: 8});
  } catch (error) {
    throw inContext("what is sealed inside the message", error, "damaged");
  }
}

export function sealedMember(content: JsonObject): Bytes {
  return damaged(() => octetsMember(content, "sealed", 0));
}
