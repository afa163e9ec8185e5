// Taking a right that its sender signs itself (format keyferry.delegation.v1).

import {encodeBase64url} from "../base/base64.ts";
import {asError, fail} from "../base/error.ts";
import {jwkThumbprint} from "../crypto/jwk.ts";
import {samePublicKey, type PrivateKey} from "../crypto/key.ts";
import {checkChain, type CheckedChain} from "../delegation/chain.ts";
import {checkInside} from "../delegation/narrow.ts";
import {type DelegationInvite, type Import} from "../transfer/delegation_messages.ts";
import {kDelegationKind, parseDelegationRights} from "../transfer/delegation_rights.ts";
import {doorName, type DelegationRecord} from "./delegation_record.ts";
import {type OfferedDelegation} from "./person.ts";
import {type Wallet} from "./redeem.ts";
import {type TakeRecord} from "./take_record.ts";

// readInvite is what the person is shown, from the data. Throws: invalid, reason `kind`; forbidden, reason
// `own:expired`.
export function readInvite(invite: DelegationInvite, now: number): OfferedDelegation {
  if (invite.kind !== kDelegationKind) {
    throw fail("invalid", "this offers a right of a kind that this wallet does not know", "kind");
  }
  if (invite.expires <= now) throw fail("forbidden", "what this link offers is over", "own:expired");
  const rights = parseDelegationRights(invite.rights);
  return {issuer: encodeBase64url(invite.issuer), rights, expires: invite.expires};
}

// check: every signature from the owner's key on, this wallet's key at the end, and nothing wider than offered.
async function check(invite: DelegationInvite, imported: Import, key: PrivateKey): Promise<CheckedChain> {
  const chain = await checkChain([...imported.chain, imported.delegation], imported.owner);
  if ((await jwkThumbprint(chain.signer)) !== encodeBase64url(invite.issuer)) {
    throw fail("forbidden", "another key signed it than the one that offered it");
  }
  if (!samePublicKey(chain.holder, key.publicKey)) throw fail("forbidden", "it was signed for another key than yours");
  const rights = parseDelegationRights(invite.rights);
  checkInside(chain.effective, {nbf: 0, exp: Math.floor(invite.expires), rights});
  return chain;
}

//= spec:lock#6-browser
// keepDelegation checks what came against what the person agreed to, and stores it. Deny lists beside it are
// left: they are for a lock, and a browser reaches none. Throws: forbidden, reason `own:offer`.
export async function keepDelegation(
  wallet: Wallet, record: TakeRecord, invite: DelegationInvite, imported: Import,
): Promise<DelegationRecord> {
  const key = record.key as PrivateKey;
  let chain: CheckedChain;
  try {
    chain = await check(invite, imported, key);
  } catch (thrown) {
    throw fail("forbidden", asError(thrown).detail, "own:offer");
  }
  const {effective} = chain;
  const kept: DelegationRecord = {
    id: record.id,
    name: doorName(effective.rights.doors[0] as Uint8Array),
    kind: kDelegationKind,
    owner: imported.owner,
    links: [...imported.chain, imported.delegation],
    issuer: encodeBase64url(invite.issuer),
    link: chain.id,
    rights: effective.rights,
    window: {from: effective.nbf, until: effective.exp},
    taken: Math.floor(wallet.web.now()),
    finished: false,
    key,
  };
  await wallet.store.saveCredential(kept);
  return kept;
}
