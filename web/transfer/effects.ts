// What a receiver's conversation asks of the wallet that drives it. The wallet first stores the
// conversation, then does these in order; after a crash it asks the conversation again (resume) and
// repeats them: each is idempotent under its stored request id.

import {type Bytes} from "../base/bytes.ts";
import {type JsonObject} from "../codec/json.ts";
import {type Invite} from "./confirmed_messages.ts";
import {type DelegationInvite, type Import} from "./delegation_messages.ts";

// Ended: the transfer is over, all keys are gone. `reason` is empty when both have it, else a word of
// transfer.md; `byPeer` says whose cancel it was.
export interface Ended {
  reason: string;
  text: string;
  byPeer: boolean;
}

export type Effect =
  | {do: "send"; plaintext: Bytes} // seal once under the link's secret, keep, write
  | {do: "showInvite"; invite: Invite} // show what is offered, from the data, and ask
  | {do: "showDelegation"; invite: DelegationInvite}
  | {do: "showWords"; words: Bytes} // to be read out to the sender
  | {do: "redeem"; credentialOffer: JsonObject} // answer with redeemed()
  | {do: "import"; import: Import} // check, keep; answer with redeemed()
  | {do: "relinquish"}
  | ({do: "ended"} & Ended);

export type Effects = Effect[];
