// How the messages of an exchange are sealed and travel: through a v1 mailbox (mailbox_carrier.ts) or
// the dropbox of Draft R (dropbox_carrier.ts).

import {type Bytes} from "../base/bytes.ts";
import {type SealedPayload} from "../transfer/sealed_payload.ts";

// Arrived is what lies at the place of the exchange. `version` names it where the place can say so.
export interface Arrived {
  payload: SealedPayload;
  version: string;
}

export interface Carrier {
  // seal seals a message once; what came out is kept and sent. open is the reverse for what was
  // received. Throws: as openPayload, cannot_open above all.
  seal(plaintext: Uint8Array): Promise<SealedPayload>;
  open(payload: SealedPayload): Promise<Bytes>;

  // stored is called once what was opened, and what followed from it, is stored.
  stored(): Promise<void>;

  // isOneSlot says whether a message takes the place of the one before it, so that messages of the two
  // sides can cross.
  readonly isOneSlot: boolean;

  // receive returns what lies there; nothing while it is still `version` (with `wait` it may wait for
  // a change, for some 25 s). Throws: not_found (the place is gone), network.
  receive(version: string, wait: boolean): Promise<Arrived | undefined>;

  // send puts `payload` there in the place of `version` (empty: of whatever is there) and returns the
  // new version. The same request id again sends once. Throws: precondition_failed (something else came
  // meanwhile), conflict with reason `taken`, not_found, network.
  send(payload: SealedPayload, requestId: string, version: string): Promise<string>;

  // finish tidies up after a share that was taken. Errors are of no consequence.
  finish(): Promise<void>;
}
