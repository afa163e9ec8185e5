// A store that forgets everything when the program ends: for tests, examples and programs that take
// one share and use it at once.

import {type HeldRecord} from "./delegation_record.ts";
import {type Store} from "./store.ts";
import {type TakeRecord} from "./take_record.ts";

export class MemoryStore implements Store {
  private readonly takes = new Map<string, TakeRecord>();
  private readonly credentials = new Map<string, HeldRecord>();

  async loadTake(id: string): Promise<TakeRecord | undefined> {
    return this.takes.get(id);
  }
  async saveTake(record: TakeRecord): Promise<void> {
    this.takes.set(record.id, record);
  }
  async eraseTake(id: string): Promise<void> {
    this.takes.delete(id);
  }
  async loadCredential(id: string): Promise<HeldRecord | undefined> {
    return this.credentials.get(id);
  }
  async saveCredential(record: HeldRecord): Promise<void> {
    this.credentials.set(record.id, record);
  }
  async eraseCredential(id: string): Promise<void> {
    this.credentials.delete(id);
  }
  async names(): Promise<string[]> {
    return [...this.credentials.values()].map((record) => record.name);
  }
}
