// Where one side stands in a conversation, and the rules by which it reads and writes messages
// (transfer.md section 2). The same for every format. Pure.

import {copyOf, equal, equalConstantTime, type Bytes} from "../base/bytes.ts";
import {encodeBase64url} from "../base/base64.ts";
import {fail} from "../base/error.ts";
import {newObject, type JsonObject} from "../codec/json.ts";
import {integerMember, octetsMember, textMember} from "../codec/json_members.ts";
import {sha256} from "../crypto/hash.ts";
import {encodeEnvelope, parseEnvelope, type Envelope, type Routing, type Side} from "./envelope.ts";

// Conversation is a plain value; the wallet stores it with every step.
export interface Conversation {
  side: Side;
  format: string;
  transfer: Bytes; // 16 octets
  mailbox: string;
  ownLast: Bytes; // the plaintext written last; empty: none
  ownSeq: number;
  acceptedLast: Bytes; // the other side's plaintext accepted last; empty: none
  acceptedSeq: number;
}

export function newConversation(side: Side, format: string, mailbox: string): Conversation {
  const none = new Uint8Array(0);
  return {
    side, format, mailbox, transfer: new Uint8Array(16), ownLast: none, ownSeq: -1, acceptedLast: none, acceptedSeq: -1,
  };
}

function abortWith(reason: string, detail: string) {
  return fail("conflict", detail, reason);
}

function isFirst(conversation: Conversation): boolean {
  return conversation.ownLast.length === 0 && conversation.acceptedLast.length === 0;
}

// compose encodes the next own message (its seq, prev and mailbox follow from the conversation) and
// advances the conversation. Throws: too_large; then nothing has changed.
export async function compose(conversation: Conversation, type: string, content: JsonObject): Promise<Bytes> {
  const routing: Routing = {
    type,
    transfer: conversation.transfer,
    from: conversation.side,
    seq: conversation.ownSeq + 1,
  };
  if (!isFirst(conversation)) routing.mailbox = conversation.mailbox;
  if (conversation.acceptedLast.length > 0) routing.prev = await sha256(conversation.acceptedLast);
  const plaintext = encodeEnvelope({format: conversation.format, content, routing});
  ++conversation.ownSeq;
  conversation.ownLast = plaintext;
  return plaintext;
}

// prev names the last message that the writer had accepted: for the reader, its own last one.
async function followsOwnLast(conversation: Conversation, routing: Routing): Promise<boolean> {
  if (conversation.ownLast.length === 0) return routing.prev === undefined;
  return routing.prev !== undefined && equalConstantTime(routing.prev, await sha256(conversation.ownLast));
}

// The first message of all cannot know the mailbox it will lie in.
function inItsPlace(conversation: Conversation, envelope: Envelope, routing: Routing): boolean {
  if (envelope.format !== conversation.format) return false;
  if (isFirst(conversation) && routing.type !== "cancel") return routing.mailbox === undefined;
  return equal(routing.transfer, conversation.transfer) && routing.mailbox === conversation.mailbox;
}

async function checkTurn(conversation: Conversation, routing: Routing, awaited: string): Promise<void> {
  const wrong = abortWith("order", "the other side's message is out of order");
  if (routing.type === "cancel") {
    if (routing.seq > conversation.acceptedSeq) return;
    throw wrong;
  }
  const inTurn = routing.seq === conversation.acceptedSeq + 1 && routing.type === awaited && awaited !== "";
  if (!inTurn || !(await followsOwnLast(conversation, routing))) throw wrong;
}

export type RoutedEnvelope = Envelope & {routing: Routing};

// read judges an opened plaintext by the rules 2 to 7 in their order. Nothing means "not an event":
// our own unread message, or a duplicate. `awaited` is the type whose turn it is, empty when none
// is; a cancel is taken at any time. The conversation is not changed: call accept once the content
// is fine too. Throws with the reason of the Abort: damaged, version, reflected, misplaced, order.
export async function read(
  conversation: Conversation, plaintext: Uint8Array, awaited: string,
): Promise<RoutedEnvelope | undefined> {
  const envelope = parseEnvelope(plaintext);
  const {routing} = envelope;
  if (routing === undefined) throw abortWith("damaged", 'the message has no member "keyferry"');
  if (equal(plaintext, conversation.ownLast)) return undefined;
  if (routing.from === conversation.side) {
    throw abortWith("reflected", "the relay gave back a message of our own");
  }
  if (equal(plaintext, conversation.acceptedLast)) return undefined;
  if (!inItsPlace(conversation, envelope, routing)) {
    throw abortWith("misplaced", "the message belongs to another transfer");
  }
  await checkTurn(conversation, routing, awaited);
  return {...envelope, routing};
}

// accept notes a message as the other side's last.
export function accept(conversation: Conversation, plaintext: Uint8Array, envelope: RoutedEnvelope): void {
  if (isFirst(conversation)) conversation.transfer = envelope.routing.transfer;
  conversation.acceptedLast = copyOf(plaintext);
  conversation.acceptedSeq = envelope.routing.seq;
}

// A conversation as JSON for the wallet's store, and back. Throws: invalid.
export function encodeConversation(conversation: Conversation): JsonObject {
  return newObject({
    side: conversation.side,
    format: conversation.format,
    transfer: encodeBase64url(conversation.transfer),
    mailbox: conversation.mailbox,
    own_last: encodeBase64url(conversation.ownLast),
    own_seq: conversation.ownSeq,
    accepted_last: encodeBase64url(conversation.acceptedLast),
    accepted_seq: conversation.acceptedSeq,
  });
}

export function parseConversation(object: JsonObject): Conversation {
  const side = textMember(object, "side");
  if (side !== "sender" && side !== "receiver") throw fail("invalid", "unknown side");
  return {
    side,
    format: textMember(object, "format"),
    transfer: octetsMember(object, "transfer", 16),
    mailbox: textMember(object, "mailbox"),
    ownLast: octetsMember(object, "own_last", 0),
    ownSeq: integerMember(object, "own_seq", -1, 255),
    acceptedLast: octetsMember(object, "accepted_last", 0),
    acceptedSeq: integerMember(object, "accepted_seq", -1, 255),
  };
}
