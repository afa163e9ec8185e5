// What an error of a redemption says: the answer was lost, or the share was refused, or neither; by the
// rules of keyferry/client/refusals.h. What was begun is given up for a refusal alone: whatever else
// reached us, the share may be this key's already.

import {asError, fail, type KeyferryError} from "../base/error.ts";
import {wasLost} from "./web.ts";

// Of our authority and of OpenID4VCI for a share that is not issued to anybody; what the person or this
// wallet said itself.
const kFinal = [
  "unknown_code", "revoked", "refused", "ended", "expired", "redeemed", "locked", "wrong_key", "credential_request_denied",
  "declined", "not_as_offered", "pin", "stopped",
];
const kOpen = "open:";

// orLeaveOpen marks an error that is no refusal, so that the record and its key are kept; only where
// `asked`, the authority may have been asked.
export async function orLeaveOpen<T>(call: () => Promise<T>, asked: () => boolean): Promise<T> {
  try {
    return await call();
  } catch (thrown) {
    const error = asError(thrown);
    const ours = error.code === "io" || error.code === "storage_full";
    if (!asked() || ours || wasLost(error) || kFinal.includes(error.reason)) throw error;
    throw fail(error.code, error.detail, kOpen + error.reason);
  }
}

export function isLeftOpen(error: KeyferryError): boolean {
  return error.reason.startsWith(kOpen);
}
