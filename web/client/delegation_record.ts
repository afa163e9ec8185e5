// A delegation that is held: the links that a lock would be shown, and the key that they end in.

import {encodeBase64url, parseBase64url} from "../base/base64.ts";
import {type Bytes} from "../base/bytes.ts";
import {fail} from "../base/error.ts";
import {encodeHex} from "../base/hex.ts";
import {encodeJsonBytes, newObject, parseJsonObject} from "../codec/json.ts";
import {integerMember, objectMember, octetsMember, optionalBool, textMember, textsMember} from "../codec/json_members.ts";
import {encodeRfc3339, parseRfc3339, type Time} from "../codec/rfc3339.ts";
import {type Window} from "../credential/window.ts";
import {encodeJwk, parseJwkExact} from "../crypto/jwk.ts";
import {type PrivateKey, type PublicKey} from "../crypto/key.ts";
import {
  encodeDelegationRights, kDelegationKind, parseDelegationRights, type DelegationRights,
} from "../transfer/delegation_rights.ts";
import {type CredentialRecord} from "./credential_record.ts";

export interface DelegationRecord {
  id: string; // the transfer's
  name: string; // of its first door
  kind: typeof kDelegationKind;
  owner: PublicKey; // signed the root
  links: Bytes[]; // root first
  issuer: string; // RFC 7638 thumbprint of the key that signed the last link
  link: Bytes; // its id, as a lock's log and the signer's list have it
  rights: DelegationRights; // effective
  window: Window;
  taken: Time;
  finished: boolean; // the sender was told
  key: PrivateKey;
}

// HeldRecord is what a store keeps of a share that was taken.
export type HeldRecord = CredentialRecord | DelegationRecord;

export function isDelegation(record: HeldRecord): record is DelegationRecord {
  return record.kind === kDelegationKind;
}

const kVersion = 1;
const kDoorName = 16; // what stands before it is the lock's id

// doorName may be any octets: only what shows as what it is stands there as text.
export function doorName(door: Uint8Array): string {
  const name = door.subarray(kDoorName);
  const text = String.fromCharCode(...name);
  return /^[!-~]*$/.test(text) && !/[/"]/.test(text) ? text : `0x${encodeHex(name)}`;
}

// encodeDelegation writes everything but `key`. It is told from a credential by its kind.
export function encodeDelegation(record: DelegationRecord): Bytes {
  return encodeJsonBytes(
    newObject({
      version: kVersion,
      id: record.id,
      name: record.name,
      kind: record.kind,
      owner: encodeJwk(record.owner),
      links: record.links.map((link) => encodeBase64url(link)),
      issuer: record.issuer,
      link: encodeBase64url(record.link),
      rights: encodeDelegationRights(record.rights),
      from: encodeRfc3339(record.window.from),
      until: encodeRfc3339(record.window.until),
      taken: encodeRfc3339(record.taken),
      finished: record.finished,
    }),
  );
}

// parseDelegation reads what encodeDelegation wrote. Throws: invalid; reason `version` for what a newer
// build wrote.
export function parseDelegation(octets: Uint8Array, key: PrivateKey): DelegationRecord {
  const object = parseJsonObject(octets, {octets: 1 << 20, depth: 16});
  if (integerMember(object, "version", 1, 1 << 20) !== kVersion) {
    throw fail("invalid", "made by a newer version of keyferry", "version");
  }
  const time = (name: string) => parseRfc3339(textMember(object, name));
  return {
    id: textMember(object, "id"),
    name: textMember(object, "name"),
    kind: kDelegationKind,
    owner: parseJwkExact(objectMember(object, "owner")),
    links: textsMember(object, "links").map((link) => parseBase64url(link)),
    issuer: textMember(object, "issuer"),
    link: octetsMember(object, "link", 16),
    rights: parseDelegationRights(objectMember(object, "rights")),
    window: {from: time("from"), until: time("until")},
    taken: time("taken"),
    finished: optionalBool(object, "finished") ?? true,
    key,
  };
}

// isEncodedDelegation tells which of the two encodings `octets` are. Throws: invalid.
export function isEncodedDelegation(octets: Uint8Array): boolean {
  return parseJsonObject(octets, {octets: 1 << 20, depth: 16})["kind"] === kDelegationKind;
}
