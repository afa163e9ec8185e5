// What taking a share asks of the person, and tells. A page shows it as views; a program answers by
// itself. Every question may be answered with nothing: the person does not want it.

import {type Time} from "../codec/rfc3339.ts";
import {type TxCode} from "../credential/offer.ts";
import {type DelegationRights} from "../transfer/delegation_rights.ts";
import {type Offered} from "./offer_plan.ts";

// OfferedDelegation is a right that the sender's own key signs.
export interface OfferedDelegation {
  issuer: string; // RFC 7638 thumbprint of that key
  rights: DelegationRights;
  expires: Time;
}

export interface Asks {
  note?: string; // the sender's words: quoted, never more
  code: boolean; // six digits that the sender told: wrong ones end it
  pin?: TxCode; // what the authority wants at once; with words or a code it may come later, by pin()
  confirmed: boolean; // words or a code come next: yes only asks the sender
}

export interface Yes {
  code?: string; // six ASCII digits
  pin?: string;
}

export type Step =
  | {step: "opening"}
  | {step: "asked"} // the sender's wallet has our request
  | {step: "words"; words: string[]; digits: string; coded: boolean}
  | {step: "granted"} // fetching it from the authority
  | {step: "waiting"; why: string} // no answer from a server; still trying
  | {step: "not_alone"} // somebody else may have opened the link at the same moment
  | {step: "not_given_back"}; // the relay did not answer: run() with the same id, without a link, tries again

export interface PinProblem {
  problem: "wrong" | "locked";
  triesLeft?: number;
}

export interface Person {
  agree(offered: Offered, asks: Asks): Promise<Yes | undefined>;
  // A person without it is offered no delegation: such a link is given back, reason `delegation`.
  agreeToDelegation?(offered: OfferedDelegation, asks: Asks): Promise<Yes | undefined>;
  pin(rule: TxCode, problem?: PinProblem): Promise<string | undefined>;
  step(step: Step): void;
}
