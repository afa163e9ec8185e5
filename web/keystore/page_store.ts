// The store of a page: transfers and credentials in IndexedDB. A transfer's record, which holds the
// link's secret, is sealed under a key of its own that nobody can take out of the browser, and that is
// erased with it. Private keys are handles; only one that the person needs in a file can be taken out.

import {type Bytes} from "../base/bytes.ts";
import {fail} from "../base/error.ts";
import {type Time} from "../codec/rfc3339.ts";
import {encodeCredential, parseCredential} from "../client/credential_record.ts";
import {
  encodeDelegation, isDelegation, isEncodedDelegation, parseDelegation, type HeldRecord,
} from "../client/delegation_record.ts";
import {type Store} from "../client/store.ts";
import {encodeTake, parseTake, type TakeRecord} from "../client/take_record.ts";
import {randomBytes} from "../crypto/random.ts";
import {type KeyType, type PrivateKey} from "../crypto/key.ts";
import {type Database} from "./database.ts";

interface StoredKey {
  type: KeyType;
  handle: CryptoKey;
  raw: Bytes; // of the public key
}

interface StoredTake {
  id: string;
  started: Time;
  over: boolean; // a tombstone
  givesBack?: boolean;
  sealing: CryptoKey;
  iv: Bytes;
  sealed: Bytes;
  key?: StoredKey;
}

interface StoredCredential {
  id: string;
  record: Bytes;
  key: StoredKey;
}

// Damaged is what the page shows in place of a credential that cannot be read.
export interface Damaged {
  id: string;
  damaged: true;
}

// Running is a transfer that can go on.
export interface Running {
  id: string;
  started: Time;
}

const kUsedUpMemory = 31 * 86400; // a mailbox lives 30 days

function storedKey(key: PrivateKey): StoredKey {
  return {type: key.type, handle: key.handle, raw: key.publicKey.raw};
}

function keyOf(stored: StoredKey): PrivateKey {
  const sound = stored.handle instanceof CryptoKey && stored.raw instanceof Uint8Array;
  if (!sound) throw fail("invalid", "a stored key is damaged", "damaged_storage");
  return {type: stored.type, handle: stored.handle, publicKey: {type: stored.type, raw: stored.raw}};
}

function heldOf({record, key}: StoredCredential): HeldRecord {
  return isEncodedDelegation(record) ? parseDelegation(record, keyOf(key)) : parseCredential(record, keyOf(key));
}

export class PageStore implements Store {
  constructor(private readonly base: Database) {}

  async loadTake(id: string): Promise<TakeRecord | undefined> {
    const stored = await this.base.get<StoredTake>("takes", id);
    if (stored === undefined) return undefined;
    let octets: ArrayBuffer;
    try {
      octets = await crypto.subtle.decrypt({name: "AES-GCM", iv: stored.iv}, stored.sealing, stored.sealed);
    } catch {
      throw fail("invalid", "what was stored of this share is damaged", "damaged_storage");
    }
    return parseTake(new Uint8Array(octets), stored.key === undefined ? undefined : keyOf(stored.key));
  }

  async saveTake(record: TakeRecord): Promise<void> {
    const before = await this.base.get<StoredTake>("takes", record.id);
    const sealing =
      before?.sealing ??
      (await crypto.subtle.generateKey({name: "AES-GCM", length: 256}, false, ["encrypt", "decrypt"]));
    const iv = randomBytes(12);
    const sealed = new Uint8Array(await crypto.subtle.encrypt({name: "AES-GCM", iv}, sealing, encodeTake(record)));
    const stored: StoredTake = {
      id: record.id, started: record.started, over: record.ended !== "", givesBack: record.givesBack, sealing, iv, sealed,
      ...(record.key === undefined ? {} : {key: storedKey(record.key)}),
    };
    await this.base.put("takes", record.id, stored);
  }

  // The sealing key goes with the record, so that a copy of its octets opens nothing.
  async eraseTake(id: string): Promise<void> {
    await this.base.remove("takes", id);
  }

  async loadCredential(id: string): Promise<HeldRecord | undefined> {
    const stored = await this.base.get<StoredCredential>("credentials", id);
    return stored === undefined ? undefined : heldOf(stored);
  }

  async saveCredential(record: HeldRecord): Promise<void> {
    const octets = isDelegation(record) ? encodeDelegation(record) : encodeCredential(record);
    const stored: StoredCredential = {id: record.id, record: octets, key: storedKey(record.key)};
    await this.base.put("credentials", record.id, stored);
  }

  async eraseCredential(id: string): Promise<void> {
    await this.base.remove("credentials", id);
  }

  async names(): Promise<string[]> {
    return (await this.credentials()).flatMap((record) => ("damaged" in record ? [] : [record.name]));
  }

  // credentials are all that are held, newest first; one that cannot be read is named as damaged.
  async credentials(): Promise<(HeldRecord | Damaged)[]> {
    const read = (await this.base.all<StoredCredential>("credentials")).map((stored) => {
      try {
        return heldOf(stored);
      } catch {
        return {id: stored.id, damaged: true as const};
      }
    });
    return read.sort((a, b) => ("damaged" in b ? 0 : b.taken) - ("damaged" in a ? 0 : a.taken));
  }

  // running are the transfers that can go on, oldest first.
  async running(): Promise<Running[]> {
    const takes = await this.base.all<StoredTake>("takes");
    return takes.filter((take) => !take.over && !take.givesBack).sort((a, b) => a.started - b.started);
  }

  // givingBack are the ids of those that a relay did not let go yet.
  async givingBack(): Promise<string[]> {
    return (await this.base.all<StoredTake>("takes")).filter((take) => take.givesBack).map((take) => take.id);
  }

  // tidy forgets what was left of links, once these have run out anyway.
  async tidy(now: Time): Promise<void> {
    for (const take of await this.base.all<StoredTake>("takes")) {
      if ((take.over || take.givesBack) && now - take.started > kUsedUpMemory) await this.base.remove("takes", take.id);
    }
  }

  // setting and set keep small things that are no secrets: a language, known relays.
  setting<T>(name: string): Promise<T | undefined> {
    return this.base.get<T>("settings", name);
  }
  set(name: string, value: unknown): Promise<void> {
    return this.base.put("settings", name, value);
  }

  // clear erases everything: keys, transfers, settings.
  async clear(): Promise<void> {
    for (const table of ["takes", "credentials", "settings"] as const) await this.base.clear(table);
  }
}
