// The npm package: what a wallet maker needs to receive shares, without a page. web/package/README.md
// has an example.

export {KeyferryError} from "../base/error.ts";
export {type CredentialRecord, encodeCredential, parseCredential} from "./credential_record.ts";
export {type DelegationRecord, encodeDelegation, type HeldRecord, isDelegation, parseDelegation} from "./delegation_record.ts";
export {MemoryStore} from "./memory_store.ts";
export {type Asks, type OfferedDelegation, type Person, type PinProblem, type Step, type Yes} from "./person.ts";
export {type Offered} from "./offer_plan.ts";
export {type Wallet} from "./redeem.ts";
export {checkStanding, dropCredential, renewCredential} from "./renew.ts";
export {configText, knownHostsText, sshFiles} from "./ssh_files.ts";
export {type Store} from "./store.ts";
export {idOfLink} from "./link_id.ts";
export {mayGoOn, Take} from "./take.ts";
export {encodeTake, parseTake, type TakeRecord} from "./take_record.ts";
export {Web, type Surroundings} from "./web.ts";
export {ConfirmedReceiver} from "../transfer/confirmed_receiver.ts";
export {encodeShareLink, parseLinkSecret, parseShareLink, takeSecret} from "../transfer/share_link.ts";
