// What is done with a credential that is held: renewing it, asking whether it still stands, giving it
// up (keyferry/wallet/keep.cc).

import {asError, type KeyferryError} from "../base/error.ts";
import {kindNamed} from "../credential/kind.ts";
import {parseRights} from "../credential/rights.ts";
import {AuthorityClient} from "./authority_client.ts";
import {type CredentialRecord} from "./credential_record.ts";
import {checkIssuedAnswer, parseIssued} from "./issued.ts";
import {type Store} from "./store.ts";
import {type Web} from "./web.ts";

const kOver = ["revoked", "ended", "refused", "expired"];

// overReason is the state of a share that the authority has ended, or nothing.
function overReason(error: KeyferryError): string | undefined {
  return kOver.find((state) => state === error.reason);
}

// checkStanding asks the authority whether the credential still stands, and stores what it says.
// Throws where the authority cannot be asked: then nothing has changed.
export async function checkStanding(web: Web, store: Store, record: CredentialRecord): Promise<CredentialRecord> {
  let over = "";
  try {
    await new AuthorityClient(web, record.issuer).holderAccess(record.credentialId, record.key);
  } catch (thrown) {
    const said = overReason(asError(thrown));
    if (said === undefined) throw thrown;
    over = said;
  }
  if (over === record.over) return record;
  const next = {...record, over};
  await store.saveCredential(next);
  return next;
}

// renewCredential fetches a new certificate for the same key, checked as the first one was.
export async function renewCredential(web: Web, store: Store, record: CredentialRecord): Promise<CredentialRecord> {
  const client = new AuthorityClient(web, record.issuer);
  const kind = kindNamed(record.kind);
  const about = await client.metadata();
  const access = await client.holderAccess(record.credentialId, record.key);
  const answer = parseIssued(kind, await client.renew(access, record.key));
  const rights = parseRights(kind.schema, record.rights);
  const approval = {holder: record.key.publicKey, rights, window: record.window};
  const held = await checkIssuedAnswer(kind, answer, approval, about.sshCaKeys);
  const next: CredentialRecord = {
    ...record,
    rights: answer.rights.encode(),
    window: answer.window,
    certificate: held.window,
    serial: held.serial,
    renew: answer.renew,
    hosts: answer.hosts.length > 0 ? answer.hosts : record.hosts,
    credential: answer.credential,
    over: "",
  };
  await store.saveCredential(next);
  return next;
}

// dropCredential tells the authority that the holder gives its credential up. What is revoked or ended
// already has nothing left to drop. Throws where the authority cannot be asked.
export async function dropCredential(web: Web, record: CredentialRecord): Promise<void> {
  const client = new AuthorityClient(web, record.issuer);
  try {
    const access = await client.holderAccess(record.credentialId, record.key);
    await client.drop(access, record.share, record.key);
  } catch (thrown) {
    const error = asError(thrown);
    const nothingLeft = error.code === "not_found" || error.reason === "invalid_grant" || overReason(error) !== undefined;
    if (!nothingLeft) throw thrown;
  }
}
