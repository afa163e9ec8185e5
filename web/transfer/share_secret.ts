// The secret of a link and what is derived from it.

import {bytesOf, type Bytes} from "../base/bytes.ts";
import {hkdf, sha256} from "../crypto/hash.ts";

// LinkForm is where a link leads: to a mailbox of Draft V, or to a dropbox of Draft R.
export type LinkForm = "mailbox" | "dropbox";

const kLabels: Record<LinkForm, string> = {mailbox: "keyferry link", dropbox: "keyferry dropbox link"};

// checkHolds says whether SHA-256(label ‖ secret) begins with 12 zero bits: our own links do, so that
// damage is noticed before any request.
export async function checkHolds(secret: Uint8Array, form: LinkForm): Promise<boolean> {
  const hash = await sha256(bytesOf(kLabels[form]), secret);
  return hash[0] === 0 && (hash[1] as number) < 16;
}

// claimKeyOf is HKDF-SHA-256(ikm = secret, salt empty, info "keyferry claim", 32 octets): the proof
// that a claimant knows the secret, which does not give the secret away.
export function claimKeyOf(secret: Uint8Array): Promise<Bytes> {
  return hkdf(new Uint8Array(0), secret, bytesOf("keyferry claim"), 32);
}
