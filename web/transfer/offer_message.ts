// The one message of the immediate conversation (transfer.md section 3): an OpenID4VCI offer by
// value, sealed under the link's secret.

import {fail, inContext} from "../base/error.ts";
import {type JsonObject} from "../codec/json.ts";
import {objectMember, optionalText} from "../codec/json_members.ts";
import {label} from "../codec/text.ts";
import {parseEnvelope} from "./envelope.ts";

const kOfferFormat = "keyferry.offer.v1";
const kGenericOfferFormat = "digitalwallet.generic.authorizationToken"; // read as the above
const kMostNote = 200;

export interface OfferMessage {
  credentialOffer: JsonObject; // OpenID4VCI offer object, by value
  note?: string; // the sender's words: quoted when shown, never more
}

// parseOfferMessage reads an opened plaintext. Throws: invalid, reason `version` (newer format:
// keyferry.*), `format` (one that this wallet cannot take), `reflected`, `order`, `damaged`. The
// receiver gives the mailbox back on any of them.
export function parseOfferMessage(plaintext: Uint8Array): OfferMessage {
  const envelope = parseEnvelope(plaintext);
  if (envelope.format !== kOfferFormat && envelope.format !== kGenericOfferFormat) {
    const newer = envelope.format.startsWith("keyferry.");
    throw fail("invalid", "this share is of a form that is not known here", newer ? "version" : "format");
  }
  const {routing} = envelope;
  if (routing !== undefined && routing.from !== "sender") {
    throw fail("invalid", "the message inside the link is not the sender's", "reflected");
  }
  if (routing !== undefined && (routing.type !== "invite" || routing.seq !== 0)) {
    throw fail("invalid", "the message inside the link is not the first one", "order");
  }
  try {
    const credentialOffer = objectMember(envelope.content, "credentialOffer");
    const note = label(optionalText(envelope.content, "note") ?? "", kMostNote);
    return {credentialOffer, ...(note === "" ? {} : {note})};
  } catch (error) {
    throw inContext("the message inside the link is damaged", error, "damaged");
  }
}
