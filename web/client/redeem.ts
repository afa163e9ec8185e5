// From an offer that the person agreed to, to a credential that is stored.

import {asError, fail} from "../base/error.ts";
import {parseOffer, type CredentialOffer} from "../credential/offer.ts";
import {generateKey, type PrivateKey} from "../crypto/key.ts";
import {AuthorityClient, WrongPin, type Access} from "./authority_client.ts";
import {type CredentialRecord} from "./credential_record.ts";
import {checkIssuedAnswer, parseIssued, type IssuedAnswer} from "./issued.ts";
import {type IssuerMetadata} from "./issuer_metadata.ts";
import {checkIssues, readOffered, type Offered} from "./offer_plan.ts";
import {type Person, type PinProblem} from "./person.ts";
import {orLeaveOpen} from "./refusals.ts";
import {type Store} from "./store.ts";
import {type TakeRecord} from "./take_record.ts";
import {type Web} from "./web.ts";

// Wallet is what every operation works with.
export interface Wallet {
  store: Store;
  web: Web;
  person: Person;
  label: string; // what this wallet calls itself
}

// The key is made and stored before anything names it. Where the person needs it in a file, it can be
// taken out; otherwise nobody ever can.
export async function keyFor(wallet: Wallet, record: TakeRecord, offered: Offered, about: IssuerMetadata) {
  checkIssues(offered, about);
  if (record.key === undefined) {
    const type = about.proofKeys.get(offered.configuration) ?? "ed25519";
    record.key = await generateKey(type, offered.kind.exports);
    await wallet.store.saveTake(record);
  }
  return record.key;
}

export function offeredBy(record: TakeRecord, offer: CredentialOffer): Offered {
  return readOffered(offer.configurationIds, record.approved ?? offer.terms, offer.issuer);
}

// In a confirmed exchange a locked share goes on with the PIN that the sender sets anew.
async function accessWithPin(
  wallet: Wallet, client: AuthorityClient, offer: CredentialOffer, key: PrivateKey, first: string | undefined, patient: boolean,
): Promise<Access> {
  let pin = first;
  let problem: PinProblem | undefined;
  for (;;) {
    if (offer.txCode !== undefined && pin === undefined) {
      pin = await wallet.person.pin(offer.txCode, problem);
      if (pin === undefined) throw fail("forbidden", "the person said no", "declined");
    }
    try {
      return await client.redeemCode(offer.preAuthorizedCode, pin, key);
    } catch (thrown) {
      if (thrown instanceof WrongPin) {
        problem = {problem: "wrong", ...(thrown.triesLeft === undefined ? {} : {triesLeft: thrown.triesLeft})};
      } else if (patient && asError(thrown).reason === "locked") {
        problem = {problem: "locked"};
      } else {
        throw thrown;
      }
      pin = undefined;
    }
  }
}

const kMostStem = 60; // with the names of the files a tar header has room for 100

// freeName calls a credential after its first host. The name is also that of a folder: it never begins
// with a dot, and is 64 characters long at most.
export async function freeName(store: Store, hosts: readonly {name: string}[]): Promise<string> {
  const taken = await store.names();
  const stem = (hosts[0]?.name ?? "").replace(/^\.+/, "").slice(0, kMostStem) || "credential";
  for (let number = 1; ; ++number) {
    const name = number === 1 ? stem : `${stem}-${number}`;
    if (!taken.includes(name)) return name;
  }
}

function discarded(thrown: unknown) {
  return fail("forbidden", asError(thrown).detail, "not_as_offered");
}

async function check(offered: Offered, answer: IssuedAnswer, key: PrivateKey, about: IssuerMetadata) {
  const approval = {
    holder: key.publicKey,
    rights: offered.rights ?? answer.rights,
    window: offered.window ?? answer.window,
  };
  return checkIssuedAnswer(offered.kind, answer, approval, about.sshCaKeys);
}

// redeemTake redeems `record.offer`, checks what was issued against what was approved, and stores it.
// `pin` is what the person typed already. Throws what the person is told; `not_as_offered` means that
// what came was discarded, isLeftOpen that the share may be this wallet's: called again, it goes on.
export async function redeemTake(
  wallet: Wallet, record: TakeRecord, pin: string | undefined, patient: boolean,
): Promise<CredentialRecord> {
  // With a key there, the share may be this key's since an earlier run, or since a call of this one.
  return orLeaveOpen(() => redeem(wallet, record, pin, patient), () => record.key !== undefined);
}

async function redeem(
  wallet: Wallet, record: TakeRecord, pin: string | undefined, patient: boolean,
): Promise<CredentialRecord> {
  const offer = parseOffer(record.offer ?? {});
  const offered = offeredBy(record, offer);
  const client = new AuthorityClient(wallet.web, offer.issuer);
  const about = await client.metadata();
  const key = await keyFor(wallet, record, offered, about);
  const access = await accessWithPin(wallet, client, offer, key, pin, patient);
  const body = await client.requestCredential(access, offered.configuration, wallet.label, key);
  let answer: IssuedAnswer;
  let held;
  try {
    answer = parseIssued(offered.kind, body);
  } catch (thrown) {
    throw discarded(thrown);
  }
  try {
    held = await check(offered, answer, key, about);
  } catch (thrown) {
    await client.notify(access, answer.notificationId, "credential_failure", key);
    throw discarded(thrown);
  }
  const stored: CredentialRecord = {
    id: record.id,
    name: await freeName(wallet.store, answer.hosts),
    kind: offered.kind.name,
    issuer: offer.issuer,
    credentialId: answer.credentialId,
    share: answer.share,
    rights: answer.rights.encode(),
    window: answer.window,
    certificate: held.window,
    serial: held.serial,
    renew: answer.renew,
    depth: answer.depth,
    hosts: answer.hosts,
    credential: answer.credential,
    taken: Math.floor(wallet.web.now()),
    over: "",
    finished: false,
    key,
  };
  await wallet.store.saveCredential(stored);
  await client.notify(access, answer.notificationId, "credential_accepted", key);
  return stored;
}

