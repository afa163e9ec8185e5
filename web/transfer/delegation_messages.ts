// Contents of the messages that the delegation conversation, format keyferry.delegation.v1
// (transfer.md section 3), has for itself: its invite and its import.

import {type Bytes} from "../base/bytes.ts";
import {encodeBase64url, parseBase64url} from "../base/base64.ts";
import {fail} from "../base/error.ts";
import {newObject, type JsonObject} from "../codec/json.ts";
import {objectMember, octetsMember, textMember, textsMember} from "../codec/json_members.ts";
import {bytesOf} from "../base/bytes.ts";
import {encodeRfc3339, parseRfc3339, type Time} from "../codec/rfc3339.ts";
import {damaged, encodeHandshake, parseHandshake, type Handshake} from "./confirmed_messages.ts";

export const kDelegationFormat = "keyferry.delegation.v1";
const kMostChain = 8; // transfer.md section 6
const kMostKind = 200;

// DelegationInvite offers a right that the sender signs itself. It names no authority and no share:
// `issuer` is the RFC 7638 thumbprint of the key that signs.
export interface DelegationInvite {
  issuer: Bytes;
  kind: string; // 1 to 200 octets
  rights: JsonObject;
  expires: Time;
  handshake: Handshake;
}

export function parseDelegationInvite(content: JsonObject): DelegationInvite {
  return damaged(() => {
    const kind = textMember(content, "kind");
    const size = bytesOf(kind).length;
    if (size < 1 || size > kMostKind) throw fail("invalid", 'member "kind" must have 1 to 200 octets');
    return {
      issuer: octetsMember(content, "issuer", 32),
      kind,
      rights: objectMember(content, "rights"),
      expires: parseRfc3339(textMember(content, "expires")),
      handshake: parseHandshake(objectMember(content, "handshake")),
    };
  });
}

export function encodeDelegationInvite(invite: DelegationInvite): JsonObject {
  return newObject({
    issuer: encodeBase64url(invite.issuer),
    kind: invite.kind,
    rights: invite.rights,
    expires: encodeRfc3339(invite.expires),
    handshake: encodeHandshake(invite.handshake),
  });
}

// Import is what the import message seals: the delegation to the receiver's key as a COSE_Sign1, and
// those above it, root first. Neither is looked into here.
export interface Import {
  delegation: Bytes;
  chain: Bytes[];
}

export function parseImport(object: JsonObject): Import {
  return damaged(() => {
    const delegation = octetsMember(object, "delegation", 0);
    const chain = textsMember(object, "chain").map((text) => parseBase64url(text));
    if (chain.length > kMostChain || [delegation, ...chain].some((octets) => octets.length === 0)) {
      throw fail("invalid", 'members "delegation" and "chain" must hold 1 and at most 8 signed texts');
    }
    return {delegation, chain};
  });
}

export function encodeImport(imported: Import): JsonObject {
  return newObject({
    delegation: encodeBase64url(imported.delegation), chain: imported.chain.map((link) => encodeBase64url(link)),
  });
}
