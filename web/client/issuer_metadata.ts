// What an authority says of itself (OpenID4VCI issuer metadata and RFC 8414), checked before it is
// used: every endpoint is https on the issuer's own origin.

import {fail} from "../base/error.ts";
import {isObject, type Json, type JsonObject} from "../codec/json.ts";
import {objectMember, optionalObject, optionalText, textMember, textsMember} from "../codec/json_members.ts";
import {parseRfc3339, type Time} from "../codec/rfc3339.ts";
import {parseWebUrl} from "../codec/web_url.ts";
import {parseAuthorizedLine} from "../credential/ssh_key.ts";
import {type KeyType, type PublicKey} from "../crypto/key.ts";

export interface IssuerMetadata {
  issuer: string; // octet for octet as in the offer
  tokenEndpoint: string;
  credentialEndpoint: string;
  nonceEndpoint: string;
  notificationEndpoint: string; // empty: none
  dpop: boolean;
  formats: Map<string, string>; // configuration id → credential format
  proofKeys: Map<string, KeyType>; // configuration id → the key to make
  sshCaKeys: PublicKey[];
  now?: Time; // of the authority's clock, where it says so
}

// wellKnownUrl inserts the well-known path right after the host.
export function wellKnownUrl(issuer: string, document: string): string {
  const url = parseWebUrl(issuer);
  if (url.query !== "") throw fail("invalid", "an issuer's address has no query");
  return `${url.origin}/.well-known/${document}${url.path.replace(/\/+$/, "")}`;
}

function foreign(what: string) {
  return fail("forbidden", `the authority names an address that is not its own (${what})`, "foreign_endpoint");
}

function endpoint(document: JsonObject, name: string, origin: string): string {
  const text = textMember(document, name);
  try {
    if (parseWebUrl(text).origin === origin) return text;
  } catch {
    // not an https address: not its own either
  }
  throw foreign(name);
}

function checkIssuer(document: JsonObject, name: string, issuer: string): void {
  if (textMember(document, name) !== issuer) {
    throw fail("invalid", "the authority calls itself by another address than the offer does", "other_issuer");
  }
}

// Ed25519 unless only ES256 is named.
function proofKey(configuration: JsonObject): KeyType {
  let at: Json | undefined = configuration;
  for (const name of ["proof_types_supported", "jwt", "proof_signing_alg_values_supported"]) {
    at = isObject(at) ? at[name] : undefined;
  }
  const algorithms = Array.isArray(at) ? at : [];
  const edwards = algorithms.includes("EdDSA") || algorithms.includes("Ed25519");
  return !edwards && algorithms.includes("ES256") ? "p256" : "ed25519";
}

async function caKeys(extras: JsonObject | undefined): Promise<PublicKey[]> {
  if (extras?.["ssh_ca_keys"] === undefined) return [];
  return Promise.all(textsMember(extras, "ssh_ca_keys").map((line) => parseAuthorizedLine(line)));
}

function nowOf(extras: JsonObject | undefined): {now?: Time} {
  try {
    const now = extras === undefined ? undefined : optionalText(extras, "now");
    return now === undefined ? {} : {now: parseRfc3339(now)};
  } catch {
    return {};
  }
}

// parseIssuerMetadata reads both documents. Throws: invalid (a missing member, another issuer than
// asked for); forbidden with reason foreign_endpoint.
export async function parseIssuerMetadata(
  issuer: string, issuerDocument: JsonObject, serverDocument: JsonObject,
): Promise<IssuerMetadata> {
  const {origin} = parseWebUrl(issuer);
  checkIssuer(issuerDocument, "credential_issuer", issuer);
  checkIssuer(serverDocument, "issuer", issuer);
  const servers = issuerDocument["authorization_servers"];
  if (servers !== undefined && !(Array.isArray(servers) && servers.every((server) => server === issuer))) {
    throw foreign("authorization_servers");
  }
  const formats = new Map<string, string>();
  const proofKeys = new Map<string, KeyType>();
  for (const [id, configuration] of Object.entries(objectMember(issuerDocument, "credential_configurations_supported"))) {
    if (!isObject(configuration) || typeof configuration["format"] !== "string") continue;
    formats.set(id, configuration["format"]);
    proofKeys.set(id, proofKey(configuration));
  }
  const extras = optionalObject(issuerDocument, "keyferry");
  const notified = issuerDocument["notification_endpoint"] !== undefined;
  return {
    issuer,
    tokenEndpoint: endpoint(serverDocument, "token_endpoint", origin),
    credentialEndpoint: endpoint(issuerDocument, "credential_endpoint", origin),
    nonceEndpoint: endpoint(issuerDocument, "nonce_endpoint", origin),
    notificationEndpoint: notified ? endpoint(issuerDocument, "notification_endpoint", origin) : "",
    dpop: serverDocument["dpop_signing_alg_values_supported"] !== undefined,
    formats,
    proofKeys,
    sshCaKeys: await caKeys(extras),
    ...nowOf(extras),
  };
}
