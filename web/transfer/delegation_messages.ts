// Contents of the messages that the delegation conversation, format keyferry.delegation.v1
// (transfer.md section 3), has for itself: its invite and its import.

import {type Bytes} from "../base/bytes.ts";
import {encodeBase64url, parseBase64url} from "../base/base64.ts";
import {fail} from "../base/error.ts";
import {newObject, type JsonObject} from "../codec/json.ts";
import {objectMember, octetsMember, textMember, textsMember} from "../codec/json_members.ts";
import {bytesOf} from "../base/bytes.ts";
import {encodeRfc3339, parseRfc3339, type Time} from "../codec/rfc3339.ts";
import {encodeJwk, parseJwkExact} from "../crypto/jwk.ts";
import {type PublicKey} from "../crypto/key.ts";
import {damaged, encodeHandshake, parseHandshake, type Handshake} from "./confirmed_messages.ts";
import {kDelegationKind, parseDelegationRights} from "./delegation_rights.ts";

export const kDelegationFormat = "keyferry.delegation.v1";
const kMostChain = 7;
const kMostLists = 8;
const kMostLink = 3072; // octets of a whole chain, so of a link too
const kMostDenyList = 4096;
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
    const rights = objectMember(content, "rights");
    if (kind === kDelegationKind) parseDelegationRights(rights);
    return {
      issuer: octetsMember(content, "issuer", 32),
      kind,
      rights,
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

// Import is what the import message seals: the delegation to the receiver's key as a COSE_Sign1, those above
// it, root first, the key of the owner who signed the root, and lists of what is no longer good. None is
// looked into here.
export interface Import {
  delegation: Bytes;
  chain: Bytes[];
  owner: PublicKey;
  lists: Bytes[];
}

function readOctets(text: string, most: number): Bytes {
  const octets = parseBase64url(text);
  if (octets.length === 0 || octets.length > most) throw fail("invalid", "a signed text is empty or too long");
  return octets;
}

function readList(object: JsonObject, name: string, mostItems: number, most: number): Bytes[] {
  const texts = textsMember(object, name);
  if (texts.length > mostItems) throw fail("invalid", `member "${name}" holds more than ${mostItems}`);
  return texts.map((text) => readOctets(text, most));
}

export function parseImport(object: JsonObject): Import {
  return damaged(() => {
    const owner = parseJwkExact(objectMember(object, "owner"));
    if (owner.type !== "p256") throw fail("invalid", 'member "owner" must be a P-256 key');
    return {
      delegation: readOctets(textMember(object, "delegation"), kMostLink),
      chain: readList(object, "chain", kMostChain, kMostLink),
      owner,
      lists: object["lists"] === undefined ? [] : readList(object, "lists", kMostLists, kMostDenyList),
    };
  });
}

export function encodeImport(imported: Import): JsonObject {
  const object = newObject({
    delegation: encodeBase64url(imported.delegation), chain: imported.chain.map((link) => encodeBase64url(link)),
    owner: encodeJwk(imported.owner),
  });
  if (imported.lists.length > 0) object["lists"] = imported.lists.map((list) => encodeBase64url(list));
  return object;
}
