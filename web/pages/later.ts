// What only somebody needs who takes a share or holds one: one file, which the first load does without.

export {checkStanding, dropCredential, renewCredential} from "../client/renew.ts";
export {Take} from "../client/take.ts";
export {Taking} from "./taking.ts";
