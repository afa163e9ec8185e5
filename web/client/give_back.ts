// Letting another receiver have the place of a share that is not taken. Until it is known that the
// relay did that, the claim is kept: without it nobody could ever free the link.

import {asError, type KeyferryError} from "../base/error.ts";
import {DropClient} from "./drop_client.ts";
import {beginningOf} from "./dropbox_carrier.ts";
import {RelayClient} from "./relay_client.ts";
import {type TakeRecord} from "./take_record.ts";
import {isFromBetween, wasLost, type Web} from "./web.ts";

const kNotOurs = ["claim_proof", "claimed", "not_alone"];

// mayHold says whether a relay may think, after `error`, that this wallet holds the place.
export function mayHold(record: TakeRecord, error: KeyferryError): boolean {
  if (!record.claimed || kNotOurs.includes(error.reason)) return false;
  // Once its message was read it is no relay that knows nothing of it, but an authority.
  const wasRead = record.offer !== undefined || record.machine !== undefined || record.givesBack;
  return error.code !== "not_found" || wasRead;
}

// giveBack returns whether it is known that the place is free, or not ours any more. In a dropbox
// message 0 is laid there again.
export async function giveBack(web: Web, record: TakeRecord): Promise<boolean> {
  const {link, deviceClaim, relinquishRequest} = record;
  try {
    if (link.form === "mailbox") {
      await new RelayClient(web).relinquish(link, {deviceClaim, requestId: relinquishRequest});
    } else if (record.first.length > 0) {
      await new DropClient(web, link.base).put(await beginningOf(record).location(), record.first);
    }
    return true;
  } catch (thrown) {
    const error = asError(thrown);
    return !wasLost(error) && !isFromBetween(error);
  }
}
