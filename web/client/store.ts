// Where a wallet keeps what it must not lose. A page's store is keystore/; the npm package's example
// brings one of its own. Every promise is fulfilled only once the change is stored.

import {type HeldRecord} from "./delegation_record.ts";
import {type TakeRecord} from "./take_record.ts";

export interface Store {
  loadTake(id: string): Promise<TakeRecord | undefined>;
  saveTake(record: TakeRecord): Promise<void>;
  // eraseTake removes the record and whatever could open a copy of it.
  eraseTake(id: string): Promise<void>;
  loadCredential(id: string): Promise<HeldRecord | undefined>;
  saveCredential(record: HeldRecord): Promise<void>;
  eraseCredential(id: string): Promise<void>;
  // names of credentials that are held, so that a new one gets another.
  names(): Promise<string[]>;
}
