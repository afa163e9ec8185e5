// What a failure means to the person: which sentences, and whether trying again can help.

import {type KeyferryError} from "../base/error.ts";
import {isLeftOpen} from "../client/refusals.ts";
import {type Key} from "../languages/en.ts";

export interface Failure {
  title: Key;
  text: Key;
  again: boolean; // what was begun is kept and can go on
  detail: boolean; // the server's own words are worth showing
  remove?: boolean; // what is stored stands in the way
}

function failure(name: string, more: Partial<Failure> = {}): Failure {
  return {title: `${name}_title` as Key, text: name as Key, again: false, detail: false, ...more};
}

// Reasons of a failed exchange, as ended by the other side ("peer:…") or by us ("own:…").
const kEnded: Record<string, Failure> = {
  words: failure("words_wrong"),
  refused: failure("refused"),
  code: failure("code_wrong"),
  expired: failure("expired"),
  user: {...failure("expired"), title: "peer_user_title"},
  offer: failure("grant_other"),
  version: failure("format"),
  order: failure("tampered"),
  reflected: failure("tampered"),
  misplaced: failure("tampered"),
  damaged: failure("tampered"),
};

const kReasons: Record<string, Failure> = {
  claimed: failure("claimed"),
  claim_proof: failure("proof"),
  wrong_secret: failure("wrong_secret"),
  unknown_code: failure("unknown_code"),
  invalid_grant: failure("unknown_code"),
  wrong_key: failure("unknown_code"),
  expired: failure("unknown_code"),
  ended: failure("unknown_code"),
  revoked: failure("revoked"),
  refused: failure("refused"),
  locked: failure("locked"),
  declined: failure("declined"),
  not_as_offered: failure("not_as_offered", {detail: true}),
  kind: failure("kind"),
  right_not_enforceable: failure("kind"),
  version: failure("format"),
  format: failure("format"),
  damaged: failure("format"),
  order: failure("format"),
  reflected: failure("format"),
  storage: failure("storage", {again: true}),
  storage_full: failure("storage", {again: true}),
  damaged_storage: failure("damaged_storage", {remove: true}),
  foreign_endpoint: failure("server", {detail: true}),
  other_issuer: failure("server", {detail: true}),
  no_authority: failure("server", {detail: true}),
  redirect: failure("network", {again: true, detail: true}),
  between: failure("network", {again: true, detail: true}),
  echo: failure("server", {detail: true}),
  answer: failure("server", {detail: true}),
  "own:expired": failure("expired"),
};

// failureOf picks the sentences for an error of client/take.ts.
export function failureOf(error: KeyferryError): Failure {
  const {reason, code} = error;
  const ended = /^(own|peer):(.*)$/.exec(reason);
  if (ended !== null) return kEnded[ended[2] as string] ?? failure("other_failed", {detail: true});
  if (isLeftOpen(error)) return failure("left_open", {again: true, detail: true});
  if (reason.startsWith("used_up")) return failure("used_up");
  const known = Object.hasOwn(kReasons, reason) ? kReasons[reason] : undefined;
  if (known !== undefined) return known;
  if (code === "not_found") return failure("gone");
  if (code === "network" || code === "unavailable" || code === "too_many") return failure("network", {again: true, detail: code !== "network"});
  if (code === "io" || code === "storage_full") return failure("storage", {again: true});
  if (code === "invalid" || code === "too_large") return failure("server", {detail: true});
  return failure("other_failed", {detail: true});
}
