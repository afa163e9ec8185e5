// What an authority issued, read strictly and held against what the person approved.

import {parseBase64} from "../base/base64.ts";
import {fail} from "../base/error.ts";
import {isObject, newObject, type Json, type JsonObject} from "../codec/json.ts";
import {
  arrayMember, integerMember, objectMember, optionalBool, optionalInteger, optionalText, textMember, textsMember,
} from "../codec/json_members.ts";
import {parseHost as parseHostName} from "../codec/host.ts";
import {parseRfc3339} from "../codec/rfc3339.ts";
import {SshReader} from "../codec/ssh_wire.ts";
import {type Approval, type HeldCredential, type Kind} from "../credential/kind.ts";
import {checkNarrower, parseRights, type Rights} from "../credential/rights.ts";
import {checkWindowInside, type Window} from "../credential/window.ts";
import {type PublicKey} from "../crypto/key.ts";

export interface SshHost {
  name: string;
  address: string;
  port: number;
  hostKeys: string[]; // "TYPE BASE64"
  hostCas: string[];
}

export interface IssuedAnswer {
  credential: string;
  notificationId: string;
  credentialId: string;
  share: string;
  rights: Rights;
  window: Window; // of the share; the credential's may be shorter
  renew: boolean;
  depth: number;
  hosts: SshHost[];
}

const kId = /^[A-Za-z0-9_-]{1,64}$/;
const kName = /^[A-Za-z0-9.][A-Za-z0-9.-]{0,252}$/;
const kAddress = /^[A-Za-z0-9.:][A-Za-z0-9.:-]{0,252}$/;

// One "TYPE BASE64" whose blob begins with TYPE; a comment behind it is dropped.
function parseHostKey(line: string): string {
  const [type = "", data = ""] = line.split(" ");
  const wrong = fail("invalid", "a host key in the authority's answer is malformed");
  if (!/^[A-Za-z0-9@.-]{1,64}$/.test(type)) throw wrong;
  let inner: string;
  try {
    inner = new SshReader(parseBase64(data)).text();
  } catch {
    throw wrong;
  }
  if (inner !== type) throw wrong;
  return `${type} ${data}`;
}

function keysMember(object: JsonObject, name: string): string[] {
  return object[name] === undefined ? [] : textsMember(object, name).map(parseHostKey);
}

// An authority of before wrote down what its administrator typed. What is no address at all still goes
// to ssh as it stands, unless ssh would cut it at a colon.
function spelled(address: string): string {
  const isIpv6 = address.includes(":");
  try {
    return parseHostName(isIpv6 ? `[${address}]` : address).replace(/^\[|\]$/g, "");
  } catch {
    if (!isIpv6) return address;
    throw fail("invalid", "a host in the authority's answer has an address that is no IPv6 address");
  }
}

function parseHost(entry: Json): SshHost {
  if (!isObject(entry)) throw fail("invalid", 'member "hosts" must hold objects');
  const host: SshHost = {
    name: textMember(entry, "name"),
    address: textMember(entry, "address"),
    port: integerMember(entry, "port", 1, 65535),
    hostKeys: keysMember(entry, "host_keys"),
    hostCas: keysMember(entry, "host_cas"),
  };
  if (!kName.test(host.name) || !kAddress.test(host.address)) {
    throw fail("invalid", "a host in the authority's answer has a malformed name or address");
  }
  return {...host, address: spelled(host.address)};
}

export function parseHosts(object: JsonObject): SshHost[] {
  return object["hosts"] === undefined ? [] : arrayMember(object, "hosts").map(parseHost);
}

export function encodeHosts(hosts: readonly SshHost[]): Json[] {
  return hosts.map(({name, address, port, hostKeys, hostCas}) =>
    newObject({name, address, port, host_keys: hostKeys, host_cas: hostCas}),
  );
}

function firstCredential(answer: JsonObject): string {
  const list = arrayMember(answer, "credentials");
  if (list.length !== 1 || !isObject(list[0])) {
    throw fail("invalid", "the authority's answer does not hold one credential");
  }
  return textMember(list[0], "credential");
}

export function parseIssued(kind: Kind, answer: JsonObject): IssuedAnswer {
  const ours = objectMember(answer, "keyferry");
  const issued: IssuedAnswer = {
    credential: firstCredential(answer),
    notificationId: optionalText(answer, "notification_id") ?? "",
    credentialId: textMember(ours, "credential_id"),
    share: textMember(ours, "share"),
    rights: parseRights(kind.schema, objectMember(ours, "rights")),
    window: {from: parseRfc3339(textMember(ours, "valid_from")), until: parseRfc3339(textMember(ours, "valid_until"))},
    renew: optionalBool(ours, "renew") ?? false,
    depth: optionalInteger(ours, "depth", 0, 64) ?? 0,
    hosts: parseHosts(ours),
  };
  if (!kId.test(issued.credentialId) || !kId.test(issued.share)) {
    throw fail("invalid", "the authority's answer has a malformed id");
  }
  return issued;
}

// checkIssuedAnswer throws unless everything in the answer, and the credential itself, is what was
// approved or narrower, and signed by one of `issuers`.
export async function checkIssuedAnswer(
  kind: Kind, answer: IssuedAnswer, approval: Approval, issuers: readonly PublicKey[],
): Promise<HeldCredential> {
  checkNarrower(kind.schema, approval.rights, answer.rights);
  checkWindowInside(approval.window, answer.window);
  const said: Approval = {holder: approval.holder, rights: answer.rights, window: answer.window};
  const held = await kind.checkIssued(answer.credential, said, issuers);
  if (held.share !== answer.share) {
    throw fail("forbidden", "the credential names another share than the answer does");
  }
  const names = answer.rights.texts("hosts") ?? [];
  if (!answer.hosts.every((host) => names.includes(host.name))) {
    throw fail("forbidden", "the answer names a host that is not in the rights");
  }
  return held;
}
