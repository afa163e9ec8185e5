// The OpenID4VCI 1.0 credential offer with a pre-authorized code, as keyferry/credential/offer.h
// reads it.

import {fail, inContext} from "../base/error.ts";
import {
  objectMember, optionalInteger, optionalObject, optionalText, textMember, textsMember,
} from "../codec/json_members.ts";
import {type JsonObject} from "../codec/json.ts";
import {parseRfc3339, type Time} from "../codec/rfc3339.ts";
import {isVisible, label} from "../codec/text.ts";
import {parseWebUrl} from "../codec/web_url.ts";
import {type Window} from "./window.ts";

export const kPreAuthorizedGrant = "urn:ietf:params:oauth:grant-type:pre-authorized_code";

// TxCode says that a PIN is asked for and what it looks like.
export interface TxCode {
  inputMode: "numeric" | "text";
  length?: number; // characters, 1 to 64
  description: string; // at most 300 characters; empty: none
}

// OfferTerms is what the authority says the offer is for: shown before taking, and held against the
// credential afterwards. `rights` is read by the kind's own code.
export interface OfferTerms {
  kind: string;
  rights: JsonObject;
  window: Window;
}

export interface CredentialOffer {
  issuer: string; // issuer identifier, octet for octet
  configurationIds: string[];
  preAuthorizedCode: string; // a secret
  txCode?: TxCode;
  terms?: OfferTerms;
}

// isIssuer: an https URL without query.
function isIssuer(text: string): boolean {
  try {
    parseWebUrl(text);
    return text.startsWith("https://") && !text.includes("?");
  } catch {
    return false;
  }
}

function parseConfigurations(object: JsonObject): string[] {
  const ids = textsMember(object, "credential_configuration_ids");
  const sound =
    ids.length >= 1 && ids.length <= 16 && new Set(ids).size === ids.length &&
    ids.every((id) => id.length <= 256 && isVisible(id));
  if (!sound) {
    throw fail("invalid", 'member "credential_configuration_ids" must name 1 to 16 configurations, all different');
  }
  return ids;
}

function parseCode(grant: JsonObject): string {
  const code = textMember(grant, "pre-authorized_code");
  if (!/^[!-~]{1,1024}$/.test(code)) {
    throw fail("invalid", 'member "pre-authorized_code" must have 1 to 1024 visible ASCII characters');
  }
  return code;
}

function parseTxCode(object: JsonObject): TxCode {
  const mode = optionalText(object, "input_mode") ?? "numeric";
  if (mode !== "numeric" && mode !== "text") {
    throw fail("invalid", 'member "input_mode" must be numeric or text');
  }
  const length = optionalInteger(object, "length", 1, 64);
  const description = label(optionalText(object, "description") ?? "", 300);
  return {inputMode: mode, description, ...(length === undefined ? {} : {length})};
}

function timeMember(object: JsonObject, name: string): Time {
  try {
    return parseRfc3339(textMember(object, name));
  } catch (error) {
    throw inContext(`member "${name}"`, error);
  }
}

function parseTerms(object: JsonObject): OfferTerms {
  const terms: OfferTerms = {
    kind: textMember(object, "kind"),
    rights: objectMember(object, "rights"),
    window: {from: timeMember(object, "valid_from"), until: timeMember(object, "valid_until")},
  };
  if (terms.window.until <= terms.window.from) {
    throw fail("invalid", 'member "valid_until" must be later than "valid_from"');
  }
  return terms;
}

function readOffer(object: JsonObject): CredentialOffer {
  const issuer = textMember(object, "credential_issuer");
  if (!isIssuer(issuer)) {
    throw fail("invalid", 'member "credential_issuer" must be an https URL without query and fragment');
  }
  const configurationIds = parseConfigurations(object);
  const grant = objectMember(objectMember(object, "grants"), kPreAuthorizedGrant);
  const offer: CredentialOffer = {issuer, configurationIds, preAuthorizedCode: parseCode(grant)};
  const txCode = optionalObject(grant, "tx_code");
  if (txCode !== undefined) offer.txCode = parseTxCode(txCode);
  const terms = optionalObject(object, "keyferry");
  if (terms !== undefined) offer.terms = parseTerms(terms);
  return offer;
}

// parseOffer reads an offer object; members that it does not know are ignored, other grants too.
// Throws: invalid, the detail naming the member and never quoting the code.
export function parseOffer(object: JsonObject): CredentialOffer {
  try {
    return readOffer(object);
  } catch (error) {
    throw inContext("the offer is refused", error);
  }
}

