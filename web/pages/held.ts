// What is held, while the page is open: showing it, renewing it, asking whether it stands, giving it up.

import {asError} from "../base/error.ts";
import {renewalIsDue, type CredentialRecord} from "../client/credential_record.ts";
import {isDelegation, type DelegationRecord} from "../client/delegation_record.ts";
import {type Step} from "../client/person.ts";
import {type Web} from "../client/web.ts";
import {type Time} from "../codec/rfc3339.ts";
import {withLock} from "../keystore/one_tab.ts";
import {type PageStore} from "../keystore/page_store.ts";
import {notice} from "./controls.ts";
import {type Child} from "./dom.ts";
import {heldDoorsView} from "./doors.ts";
import {confirmView, heldView, homeView} from "./held_views.ts";
import {loadLater} from "./parts.ts";
import {say} from "./say.ts";
import {type View} from "./shell.ts";
import {outlook, ownLabel, type Outlook} from "./storage.ts";

export interface HeldPlace {
  home: (notes: Child[]) => void;
  isKnown: (address: string) => boolean;
  draw: (view: () => View) => void;
  leave: (id: string) => Promise<void>; // what this tab is taking itself
}

// What became of a share that was begun; `elsewhere`: another tab is busy with it.
type LetGo = "give_up_done" | "not_given_back" | "elsewhere";

interface Entrances {
  open: (link: string) => void;
  resume: (id: string) => void;
}

const kLookEvery = 60_000;

export class Held {
  private showing: string | undefined;
  private readonly renewed = new Map<string, Time>();
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly store: PageStore, private readonly web: Web, private readonly place: HeldPlace) {}

  async home(notes: Child[], entrances: Entrances): Promise<void> {
    this.showing = undefined;
    const [held, running] = await Promise.all([this.store.credentials(), this.store.running()]);
    this.watch();
    this.place.draw(() =>
      homeView(held, running, this.web.now(), notes, {
        ...entrances,
        show: (id) => {
          window.history.pushState({held: id}, "");
          void this.show(id, {});
        },
        giveUp: (id) => this.askGiveUp(id),
        remove: (id) => void this.store.eraseCredential(id).then(() => this.place.home([])),
        forgetAll: () => this.askForgetAll(),
      }),
    );
  }

  // show draws one credential; `ask` looks afterwards whether it still stands.
  async show(id: string, {notes = [], ask = true}: {notes?: Child[]; ask?: boolean}): Promise<void> {
    const record = await this.store.loadCredential(id).catch(() => undefined);
    if (record === undefined) return this.place.home([]);
    this.showing = id;
    const look = await outlook();
    this.watch();
    if (isDelegation(record)) return this.showDoors(record, notes, look);
    this.place.draw(() =>
      heldView(record, {
        now: this.web.now(),
        outlook: look,
        notes,
        renewed: this.renewed.get(id),
        known: this.place.isKnown(record.issuer),
        refresh: (status) => void this.refresh(record, notes, status),
        forget: () => this.askForget(record),
        back: () => this.place.home([]),
      }),
    );
    if (ask && record.over === "") await this.lookAgain(record, notes);
  }

  private showDoors(record: DelegationRecord, notes: Child[], look: Outlook): void {
    this.place.draw(() =>
      heldDoorsView(record, {
        now: this.web.now(),
        outlook: look,
        notes,
        forget: () => this.askForgetDoors(record),
        back: () => this.place.home([]),
      }),
    );
  }

  // Once a minute: what is due is renewed, and the time that is left is drawn anew.
  private watch(): void {
    this.timer ??= setInterval(() => void this.tick().catch(() => undefined), kLookEvery);
  }

  private async tick(): Promise<void> {
    for (const record of await this.store.credentials()) {
      if ("damaged" in record || isDelegation(record) || record.over !== "" || !renewalIsDue(record, this.web.now())) continue;
      await this.lookAgain(record, []);
    }
  }

  private async renew(record: CredentialRecord): Promise<void> {
    const stop = new AbortController();
    await withLock(`keyferry renew ${record.id}`, () => stop.abort(), stop.signal, async () => {
      await (await loadLater()).renewCredential(this.web, this.store, record);
    });
    this.renewed.set(record.id, this.web.now());
    if (this.showing === record.id) await this.show(record.id, {ask: false});
  }

  // lookAgain renews what is due. Where that fails the share may be over, and then nothing is due again.
  private async lookAgain(record: CredentialRecord, notes: Child[]): Promise<void> {
    const renewed = renewalIsDue(record, this.web.now()) && (await this.renew(record).then(() => true, () => false));
    if (renewed) return;
    const {checkStanding} = await loadLater();
    const now = await checkStanding(this.web, this.store, record).catch(() => record);
    if (now.over !== record.over && this.showing === record.id) await this.show(record.id, {notes, ask: false});
  }

  private async refresh(record: CredentialRecord, notes: Child[], status: HTMLElement): Promise<void> {
    try {
      const {checkStanding} = await loadLater();
      const now = await checkStanding(this.web, this.store, record);
      if (now.over !== record.over) await this.show(record.id, {notes, ask: false});
      else status.replaceChildren(say("refreshed"));
    } catch {
      status.replaceChildren(say("refresh_failed"));
    }
  }

  private askForget(record: CredentialRecord, offline = false): void {
    const erase = async () => {
      await this.store.eraseCredential(record.id);
      this.place.home([notice("note", say("forget_done"))]);
    };
    const drop = async () => {
      try {
        await (await loadLater()).dropCredential(this.web, record);
        await erase();
      } catch {
        this.askForget(record, true);
      }
    };
    const back = () => void this.show(record.id, {ask: false});
    const notes = offline ? [notice("warning", say("forget_local"))] : [];
    this.place.draw(() => confirmView("forget", () => void drop(), back, notes, offline ? () => void erase() : undefined));
  }

  // No server knows of a delegation, so there is nobody to tell.
  private askForgetDoors(record: DelegationRecord): void {
    const erase = async () => {
      await this.store.eraseCredential(record.id);
      this.place.home([notice("note", say("forget_door_done"))]);
    };
    this.place.draw(() => confirmView("forget_door", () => void erase(), () => void this.show(record.id, {ask: false})));
  }

  private askGiveUp(id: string): void {
    const yes = async () => {
      const became = await this.letGo(id);
      this.place.home([notice(became === "give_up_done" ? "note" : "warning", say(became))]);
    };
    this.place.draw(() => confirmView("give_up", () => void yes(), () => this.place.home([])));
  }

  // giveBack asks the relays again that did not answer when something was given back.
  async giveBack(): Promise<void> {
    for (const id of await this.store.givingBack()) await this.letGo(id);
  }

  // letGo ends what was begun. What cannot be read cannot be given back.
  private async letGo(id: string): Promise<LetGo> {
    await this.place.leave(id);
    const later = await loadLater().catch(() => undefined);
    if (later === undefined) return "not_given_back";
    const {Take} = later;
    let became: LetGo = "give_up_done";
    const step = (told: Step) => {
      if (told.step === "not_given_back") became = "not_given_back";
    };
    const person = {agree: async () => undefined, pin: async () => undefined, step};
    const take = new Take({store: this.store, web: this.web, person, label: ownLabel()}, id);
    take.cancel();
    const stop = new AbortController();
    const run = () => take.run().then(() => undefined, async (thrown: unknown) => {
      if (asError(thrown).reason === "damaged_storage") await this.store.eraseTake(id);
    });
    return withLock(`keyferry ${id}`, () => stop.abort(), stop.signal, run).then(() => became, () => "elsewhere" as const);
  }

  private askForgetAll(kept?: LetGo): void {
    const local = kept === undefined ? undefined : () => void this.forgetAll(true);
    const notes = kept === undefined ? [] : [notice("warning", say(kept))];
    this.place.draw(() => confirmView("forget_all", () => void this.forgetAll(), () => this.place.home([]), notes, local));
  }

  // What is not finished goes back first, so that another device can take it.
  private async forgetAll(anyway = false): Promise<void> {
    const begun = [...(await this.store.running()).map(({id}) => id), ...(await this.store.givingBack())];
    for (const id of begun) {
      const became = await this.letGo(id);
      if (became !== "give_up_done" && !anyway) return this.askForgetAll(became);
    }
    await this.store.clear();
    window.localStorage.clear();
    this.renewed.clear();
    this.place.home([notice("note", say("forget_all_done"))]);
  }
}
