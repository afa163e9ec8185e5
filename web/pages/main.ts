// The site: one page whose views follow from the link that was opened and from what is kept here.

import {database} from "./first.ts";
import {arrival, onArrival, settleArrival, type Arrival} from "./arrival.ts";

import {asError, fail, type KeyferryError} from "../base/error.ts";
import {isDelegation, type HeldRecord} from "../client/delegation_record.ts";
import {idOfLink} from "../client/link_id.ts";
import {Web} from "../client/web.ts";
import {PageStore} from "../keystore/page_store.ts";
import {parseLinkSecret, parseShareLink, takeSecret, type ReadLink} from "../transfer/share_link.ts";
import {notice} from "./controls.ts";
import {h, svg, type Child} from "./dom.ts";
import {badLinkView, damagedView, leftView, openedView, otherDeviceView, pasteForm, secretView} from "./link_views.ts";
import {howView, failedView} from "./other_views.ts";
import {Held} from "./held.ts";
import {chosenLanguage, keepLanguage, preferredLanguage, type Language} from "./language.ts";
import {loadLater, loadQr} from "./parts.ts";
import {say, speak} from "./say.ts";
import {banner, openShell, painted, redrawFrame, show, shownView, type View} from "./shell.ts";
import {askToKeep, ownLabel} from "./storage.ts";
import {type Taking} from "./taking.ts";
import {isSignedAsThis, kOwnRelease} from "./release.ts";
import {keepRelease} from "./updates.ts";

const kKnown = "known";

class App {
  private store: PageStore | undefined;
  private known: string[] = [];
  private readonly web = new Web();
  private taking: Taking | undefined;
  private readonly going = new Map<string, {taking: Taking; over: Promise<void>}>(); // in this tab, shown or not
  private held: Held | undefined;
  private redraw: () => void = () => undefined;

  async start(): Promise<void> {
    await Promise.all([this.openStore(), speak(chosenLanguage() ?? preferredLanguage(navigator.languages))]);
    openShell({home: () => void this.home(), how: () => this.how(), speak: (language) => void this.changeLanguage(language)});
    if (this.store !== undefined) {
      this.held = new Held(this.store, this.web, {
        home: (notes) => void this.home(notes),
        isKnown: (address) => this.isKnown(address),
        draw: (view) => this.draw(view),
        leave: async (id) => {
          this.going.get(id)?.taking.leave();
          await this.going.get(id)?.over;
        },
      });
    }
    this.watchConnection();
    onArrival((next) => void this.begin(next));
    window.addEventListener("popstate", (event) => void this.travel(event.state));
    await this.begin(arrival);
    await painted(); // the worker with its copy of every file comes after that
    await keepRelease(kOwnRelease, isSignedAsThis).catch(() => undefined);
    await this.store?.tidy(this.web.now()).catch(() => undefined);
    await this.held?.giveBack().catch(() => undefined);
  }

  private async openStore(): Promise<void> {
    try {
      await database.ready;
      this.store = new PageStore(database);
      this.known = (await this.store.setting<string[]>(kKnown)) ?? [];
      database.opened.catch(() => this.loseStore()); // a first visit does not wait for it
    } catch {
      this.loseStore();
    }
  }

  // The views say so before something would be taken.
  private loseStore(): void {
    this.store = this.held = undefined;
    if (shownView() === "home") void this.home();
    else if (this.taking === undefined) this.redraw();
  }

  private draw(view: () => View): void {
    this.taking = undefined;
    this.redraw = () => show(view());
    this.redraw();
  }

  private async changeLanguage(language: Language): Promise<void> {
    await speak(language);
    keepLanguage(language);
    redrawFrame();
    this.watchConnection();
    if (this.taking === undefined) this.redraw();
    else this.taking.drawAgain();
  }

  private watchConnection(): void {
    const tell = () => banner("offline", navigator.onLine ? undefined : notice("note", say("offline")));
    window.ononline = () => {
      tell();
      void this.held?.giveBack().catch(() => undefined);
    };
    window.onoffline = tell;
    tell();
  }

  private isKnown(address: string): boolean {
    return this.known.includes(address);
  }

  private async remember(...addresses: string[]): Promise<void> {
    this.known = [...new Set([...this.known, ...addresses])];
    await this.store?.set(kKnown, this.known).catch(() => undefined);
  }

  // begin decides what a visit is for: the link that came, else what is not finished, else the list.
  private async begin(came: Arrival): Promise<void> {
    if (came.link !== undefined) return this.openLink(came.link);
    const running = (await this.store?.running().catch(() => [])) ?? [];
    if (running.length === 1 && running[0] !== undefined) return this.resume(running[0].id);
    return this.home(came.lost ? [notice("note", say("reload_lost"))] : []);
  }

  private async home(notes: Child[] = []): Promise<void> {
    this.taking = undefined;
    if (this.held !== undefined) await this.held.home(notes, {open: (link) => void this.openLink(link), resume: (id) => void this.resume(id)});
    else this.draw(() => storelessHome(notes, (link) => void this.openLink(link)));
  }

  private how(): void {
    this.draw(() => howView(ownLabel(), kOwnRelease, () => void this.home()));
  }

  private async travel(state: unknown): Promise<void> {
    const id = (state as {held?: string} | null)?.held;
    if (id !== undefined && this.held !== undefined) return this.held.show(id, {});
    if (this.taking === undefined) await this.home();
  }

  private async openLink(text: string): Promise<void> {
    let read: ReadLink;
    try {
      read = await parseShareLink(text);
    } catch (thrown) {
      const error = asError(thrown);
      this.draw(() => badLinkView(error, (again) => void this.openLink(again)));
      return;
    }
    if (read.link.secret === undefined) this.askSecret(read);
    else if (read.looksDamaged) this.askDamaged(read);
    else await this.offerToOpen(read);
  }

  private askSecret(read: ReadLink): void {
    const submit = async (typed: string, complain: (problem: string) => void) => {
      try {
        const secret = await parseLinkSecret(typed);
        takeSecret(read.link, secret);
        if (secret.looksDamaged) this.askDamaged(read);
        else await this.offerToOpen(read);
      } catch {
        complain(say("damaged").textContent ?? "");
      }
    };
    this.draw(() => secretView((typed, complain) => void submit(typed, complain)));
  }

  private askDamaged(read: ReadLink): void {
    this.draw(() => damagedView(() => void this.offerToOpen(read), (again) => void this.openLink(again)));
  }

  // The same link again goes on where it was.
  private async offerToOpen(read: ReadLink): Promise<void> {
    const id = await idOfLink(read.link);
    const [held, record] = await Promise.all([
      this.store?.loadCredential(id).catch(() => undefined), this.store?.loadTake(id).catch(() => undefined),
    ]);
    if (held?.finished) return this.held?.show(id, {notes: [notice("note", say("taken_before"))]});
    // What is on its way back is opened by a new act.
    if (held !== undefined || (record !== undefined && !record.givesBack)) return this.take(id, read);
    this.draw(() =>
      openedView(read, {
        known: this.isKnown(read.link.base),
        canStore: this.store !== undefined,
        begin: () => {
          askToKeep();
          void loadLater().catch(() => undefined); // take tries again
        },
        open: () => void this.take(id, read),
        otherDevice: () => this.otherDevice(read),
        leave: () => {
          settleArrival();
          this.draw(() => leftView(() => void this.home()));
        },
      }),
    );
  }

  private otherDevice(read: ReadLink): void {
    const picture = async (content: string, label: string) => {
      const {size, path} = (await loadQr()).qrPath(content);
      return svg(`0 0 ${size} ${size}`, path, {role: "img", "aria-label": label, "shape-rendering": "crispEdges"});
    };
    this.draw(() => otherDeviceView(read.link, picture, () => void this.offerToOpen(read)));
  }

  private async resume(id: string): Promise<void> {
    await this.take(id, undefined);
  }

  private async take(id: string, read: ReadLink | undefined): Promise<void> {
    const {store} = this;
    if (store === undefined) return;
    const later = await loadLater().catch(() => undefined);
    if (later === undefined) return this.failed(fail("network", "a part of this page did not come"), id, read, true);
    const {Taking} = later;
    settleArrival();
    const relay = read?.link.base ?? (await store.loadTake(id).catch(() => undefined))?.link.base ?? "";
    const taking = new Taking(
      {
        store,
        web: this.web,
        isKnown: (address) => this.isKnown(address),
        home: () => void this.home(),
        done: (record) => void this.taken(record, relay),
        failed: (error, givenBack) => this.failed(error, id, read, givenBack),
      },
      id,
      read?.link,
      relay,
    );
    this.taking = taking;
    const over = taking.run();
    this.going.set(id, {taking, over});
    await over;
    if (this.going.get(id)?.taking === taking) this.going.delete(id);
  }

  private async taken(record: HeldRecord, relay: string): Promise<void> {
    this.taking = undefined;
    await this.remember(relay, ...(isDelegation(record) ? [] : [record.issuer]));
    await this.held?.show(record.id, {notes: [notice("good", say("granted"))], ask: false});
  }

  private failed(error: KeyferryError, id: string, read: ReadLink | undefined, givenBack: boolean): void {
    const remove = async () => {
      await this.store?.eraseTake(id);
      await this.home();
    };
    this.draw(() =>
      failedView(error, {
        again: () => void this.take(id, read),
        home: () => void this.home(),
        remove: () => void remove(),
        givenBack,
        clockDifference: this.web.clockDifference,
      }),
    );
  }
}

// Without storage there is nothing to list, but a link can still go to another device.
function storelessHome(notes: Child[], open: (link: string) => void): View {
  const lead = h("p", {class: "lead"}, say("home_lead"));
  return {name: "home", title: say("home_title_new"), content: [...notes, lead, notice("warning", say("store_none")), pasteForm(open)]};
}

void new App().start();
