// IndexedDB as promises. A transaction is over as soon as nothing is asked of it, so whatever has to
// be computed is computed before.

import {fail, type KeyferryError} from "../base/error.ts";

export type Table = "takes" | "credentials" | "settings";

const kName = "keyferry";
const kVersion = 1;
const kTables: readonly Table[] = ["takes", "credentials", "settings"];

function storageError(error: DOMException | null): KeyferryError {
  if (error?.name === "QuotaExceededError") return fail("storage_full", "this browser has no room left", "storage_full");
  return fail("io", `this browser's storage does not work: ${error?.message ?? "no reason given"}`, "storage");
}

// Whether this browser has never kept anything for this site. Quicker to learn than to make the storage,
// for which a first visit would wait longest.
async function isNew(): Promise<boolean> {
  const all = await indexedDB.databases();
  return all.every(({name}) => name !== kName);
}

export class Database {
  private base: IDBDatabase | undefined;
  private empty = false;

  // opened fails with io where the browser gives the page no storage.
  readonly opened: Promise<void>;
  // ready is fulfilled once reads are answered without delay: it is open, or there is nothing to read yet.
  readonly ready: Promise<void>;

  constructor() {
    const fresh = isNew().catch(() => false);
    this.opened = this.open();
    this.ready = fresh.then((yes) => {
      this.empty = yes;
      return yes ? undefined : this.opened;
    });
    for (const promise of [this.opened, this.ready]) promise.catch(() => undefined); // said where it matters
  }

  private open(): Promise<void> {
    return new Promise((resolve, reject) => {
      let request: IDBOpenDBRequest;
      try {
        request = indexedDB.open(kName, kVersion);
      } catch (thrown) {
        reject(storageError(thrown as DOMException));
        return;
      }
      request.onupgradeneeded = () => {
        for (const table of kTables) request.result.createObjectStore(table);
      };
      request.onsuccess = () => {
        const base = request.result;
        // A newer release in another tab, or "forget everything", must not wait for this one.
        base.onversionchange = () => base.close();
        this.base = base;
        resolve();
      };
      request.onerror = () => reject(storageError(request.error));
    });
  }

  private isEmpty(): boolean {
    return this.base === undefined && this.empty;
  }

  async get<T>(table: Table, key: string): Promise<T | undefined> {
    if (this.isEmpty()) return undefined;
    return (await this.run(table, "readonly", (store) => store.get(key))) as T | undefined;
  }
  async all<T>(table: Table): Promise<T[]> {
    if (this.isEmpty()) return [];
    return (await this.run(table, "readonly", (store) => store.getAll())) as T[];
  }
  // put and remove are fulfilled once the change is on the disk.
  async put(table: Table, key: string, value: unknown): Promise<void> {
    await this.run(table, "readwrite", (store) => store.put(value, key));
  }
  async remove(table: Table, key: string): Promise<void> {
    await this.run(table, "readwrite", (store) => store.delete(key));
  }
  async clear(table: Table): Promise<void> {
    await this.run(table, "readwrite", (store) => store.clear());
  }

  private async run(table: Table, mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
    await this.opened;
    const base = this.base as IDBDatabase;
    return new Promise((resolve, reject) => {
      try {
        const transaction = base.transaction(table, mode, {durability: "strict"});
        const request = ask(transaction.objectStore(table));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onabort = () => reject(storageError(transaction.error));
        transaction.onerror = () => reject(storageError(transaction.error));
      } catch (thrown) {
        reject(storageError(thrown as DOMException));
      }
    });
  }
}
