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

export class Database {
  private constructor(private readonly base: IDBDatabase) {}

  // open throws io where the browser gives the page no storage.
  static open(): Promise<Database> {
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
        resolve(new Database(base));
      };
      request.onerror = () => reject(storageError(request.error));
    });
  }

  get<T>(table: Table, key: string): Promise<T | undefined> {
    return this.run(table, "readonly", (store) => store.get(key)) as Promise<T | undefined>;
  }
  all<T>(table: Table): Promise<T[]> {
    return this.run(table, "readonly", (store) => store.getAll()) as Promise<T[]>;
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

  private run(table: Table, mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
    return new Promise((resolve, reject) => {
      try {
        const transaction = this.base.transaction(table, mode, {durability: "strict"});
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
