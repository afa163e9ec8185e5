// A credential that is held: what the authority issued, what it is for, and the key.

import {fail} from "../base/error.ts";
import {encodeJsonBytes, newObject, parseJsonObject, type JsonObject} from "../codec/json.ts";
import {integerMember, objectMember, optionalBool, textMember} from "../codec/json_members.ts";
import {encodeRfc3339, parseRfc3339, type Time} from "../codec/rfc3339.ts";
import {type Window} from "../credential/window.ts";
import {type PrivateKey} from "../crypto/key.ts";
import {encodeHosts, parseHosts, type SshHost} from "./issued.ts";

export interface CredentialRecord {
  id: string; // the transfer's: a share is taken once
  name: string; // what files are called: a host's name, or "credential"
  kind: string;
  issuer: string;
  credentialId: string;
  share: string;
  rights: JsonObject;
  window: Window; // of the share
  certificate: Window; // of the credential
  serial: string;
  renew: boolean;
  depth: number;
  hosts: SshHost[];
  credential: string;
  taken: Time;
  over: string; // "revoked", "ended": the authority said so last; empty: neither
  finished: boolean; // the sender was told, the mailbox is deleted
  key: PrivateKey;
}

const kVersion = 1;
const kTooLate = 7 * 86400;

// encodeCredential writes everything but `key`.
export function encodeCredential(record: CredentialRecord) {
  return encodeJsonBytes(
    newObject({
      version: kVersion,
      id: record.id,
      name: record.name,
      kind: record.kind,
      issuer: record.issuer,
      credential_id: record.credentialId,
      share: record.share,
      rights: record.rights,
      from: encodeRfc3339(record.window.from),
      until: encodeRfc3339(record.window.until),
      certificate_from: encodeRfc3339(record.certificate.from),
      certificate_until: encodeRfc3339(record.certificate.until),
      serial: record.serial,
      renew: record.renew,
      depth: record.depth,
      hosts: encodeHosts(record.hosts),
      credential: record.credential,
      taken: encodeRfc3339(record.taken),
      over: record.over,
      finished: record.finished,
    }),
  );
}

// parseCredential reads what encodeCredential wrote. Throws: invalid; reason `version` for what a
// newer build wrote.
export function parseCredential(octets: Uint8Array, key: PrivateKey): CredentialRecord {
  const object = parseJsonObject(octets, {octets: 1 << 20, depth: 16});
  if (integerMember(object, "version", 1, 1 << 20) !== kVersion) {
    throw fail("invalid", "made by a newer version of keyferry", "version");
  }
  const time = (name: string) => parseRfc3339(textMember(object, name));
  return {
    id: textMember(object, "id"),
    name: textMember(object, "name"),
    kind: textMember(object, "kind"),
    issuer: textMember(object, "issuer"),
    credentialId: textMember(object, "credential_id"),
    share: textMember(object, "share"),
    rights: objectMember(object, "rights"),
    window: {from: time("from"), until: time("until")},
    certificate: {from: time("certificate_from"), until: time("certificate_until")},
    serial: textMember(object, "serial"),
    renew: optionalBool(object, "renew") ?? false,
    depth: integerMember(object, "depth", 0, 64),
    hosts: parseHosts(object),
    credential: textMember(object, "credential"),
    taken: time("taken"),
    over: textMember(object, "over"),
    finished: optionalBool(object, "finished") ?? true,
    key,
  };
}

// renewalIsDue: half of the certificate's life is over, and the share lives longer than it.
export function renewalIsDue(record: CredentialRecord, now: Time): boolean {
  const {certificate} = record;
  const end = record.window.until;
  if (!record.renew || certificate.until >= end || now >= end) return false;
  const half = certificate.from + (certificate.until - certificate.from) / 2;
  return now >= half && now < certificate.until + kTooLate;
}
