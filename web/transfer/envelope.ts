// The plaintext of every message between wallets (transfer.md section 2):
//
//   {"format": …, "content": {…}, "keyferry": {"v": 1, "type", "transfer", "from", "seq", …}}
//
// One JSON object, UTF-8, no duplicate member, depth ≤ 8, ≤ 32 768 octets. Unknown members are
// ignored.

import {type Bytes} from "../base/bytes.ts";
import {encodeBase64url} from "../base/base64.ts";
import {asError, fail, inContext} from "../base/error.ts";
import {encodeJsonBytes, newObject, parseJsonObject, type JsonObject} from "../codec/json.ts";
import {
  integerMember, objectMember, octetsMember, optionalObject, optionalText, textMember,
} from "../codec/json_members.ts";

export const kMostPlaintext = 32768;
const kMostDepth = 8;

export type Side = "sender" | "receiver";

// Routing is the member `keyferry`: where in a conversation the message stands.
export interface Routing {
  type: string;
  transfer: Bytes; // 16 octets
  from: Side;
  seq: number;
  mailbox?: string; // absent in the first message
  prev?: Bytes; // H(last plaintext of the other side that was accepted)
}

export interface Envelope {
  format: string;
  content: JsonObject;
  routing?: Routing; // a plain v1 sender has none
}

function sideMember(object: JsonObject): Side {
  const from = textMember(object, "from");
  if (from === "sender" || from === "receiver") return from;
  throw fail("invalid", 'member "from" must be "sender" or "receiver"');
}

function checkVersion(object: JsonObject): void {
  const version = object["v"];
  if (typeof version !== "number") throw fail("invalid", 'member "v" must be an integer', "damaged");
  if (version !== 1) throw fail("invalid", "this share was made by a newer version of keyferry", "version");
}

function parseRouting(object: JsonObject): Routing {
  const routing: Routing = {
    type: textMember(object, "type"),
    transfer: octetsMember(object, "transfer", 16),
    from: sideMember(object),
    seq: integerMember(object, "seq", 0, 255),
  };
  if (Object.is(routing.seq, -0)) throw fail("invalid", 'member "seq" has a sign');
  const mailbox = optionalText(object, "mailbox");
  if (mailbox !== undefined) routing.mailbox = mailbox;
  if (object["prev"] !== undefined) routing.prev = octetsMember(object, "prev", 32);
  return routing;
}

function parseMembers(object: JsonObject): Envelope {
  const envelope: Envelope = {format: textMember(object, "format"), content: objectMember(object, "content")};
  const routing = optionalObject(object, "keyferry");
  if (routing !== undefined) {
    checkVersion(routing);
    envelope.routing = parseRouting(routing);
  }
  return envelope;
}

// parseEnvelope reads a plaintext. Throws: invalid, reason `version` when `keyferry.v` is an integer
// other than 1, else `damaged`.
export function parseEnvelope(plaintext: Uint8Array): Envelope {
  try {
    return parseMembers(parseJsonObject(plaintext, {octets: kMostPlaintext, depth: kMostDepth}));
  } catch (error) {
    if (asError(error).reason === "version") throw error;
    throw inContext("the message inside the link is damaged", error, "damaged");
  }
}

function encodeRouting(routing: Routing): JsonObject {
  const object = newObject({
    v: 1,
    type: routing.type,
    transfer: encodeBase64url(routing.transfer),
    from: routing.from,
    seq: routing.seq,
  });
  if (routing.mailbox !== undefined) object["mailbox"] = routing.mailbox;
  if (routing.prev !== undefined) object["prev"] = encodeBase64url(routing.prev);
  return object;
}

// encodeEnvelope writes the octets that are sealed and hashed. Throws: too_large.
export function encodeEnvelope(envelope: Envelope): Bytes {
  const object = newObject({format: envelope.format, content: envelope.content});
  if (envelope.routing !== undefined) object["keyferry"] = encodeRouting(envelope.routing);
  const octets = encodeJsonBytes(object);
  if (octets.length > kMostPlaintext) throw fail("too_large", "the message is longer than 32 KiB");
  return octets;
}
