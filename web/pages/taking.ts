// One share being taken in this tab: what the flow asks becomes views, and the person's answers go back.

import {asError, type KeyferryError} from "../base/error.ts";
import {type TxCode} from "../credential/offer.ts";
import {type HeldRecord} from "../client/delegation_record.ts";
import {type Offered} from "../client/offer_plan.ts";
import {type Asks, type OfferedDelegation, type Person, type PinProblem, type Step, type Yes} from "../client/person.ts";
import {Take} from "../client/take.ts";
import {type Web} from "../client/web.ts";
import {type PageStore} from "../keystore/page_store.ts";
import {withLock} from "../keystore/one_tab.ts";
import {type ShareLink} from "../transfer/share_link.ts";
import {notice} from "./controls.ts";
import {type Child} from "./dom.ts";
import {say} from "./say.ts";
import {announce, banner, show} from "./shell.ts";
import {askToKeep, outlook, ownLabel} from "./storage.ts";
import {offeredDoorsView} from "./taking_doors.ts";
import {elsewhereView, offeredView, pinView, wordsView, workingView} from "./taking_views.ts";

export interface TakingPlace {
  store: PageStore;
  web: Web;
  isKnown: (address: string) => boolean;
  done: (record: HeldRecord) => void;
  failed: (error: KeyferryError, givenBack: boolean) => void;
  home: () => void;
}

export class Taking implements Person {
  private readonly take: Take;
  private readonly stop = new AbortController();
  private readonly notes: Child[] = [];
  private redraw: () => void = () => undefined;
  private giveUpQuestion: (() => void) | undefined;
  private last: Step["step"] | undefined;
  private givenBack = true;
  private wasLeft = false;

  constructor(private readonly place: TakingPlace, readonly id: string, link: ShareLink | undefined, private readonly host: string) {
    const wallet = {store: place.store, web: place.web, person: this, label: ownLabel()};
    this.take = new Take(wallet, id, link);
  }

  // run takes the share as soon as no other tab does, and tells `place` how it ended.
  async run(): Promise<void> {
    askToKeep();
    this.draw(() => show(workingView("opening", this.host, () => this.giveUp())));
    try {
      const record = await withLock(`keyferry ${this.id}`, () => this.elsewhere(), this.stop.signal, () => this.take.run());
      if (!this.wasLeft) this.place.done(record);
    } catch (thrown) {
      if (this.stop.signal.aborted || this.wasLeft) return; // no view of it is shown any more
      this.place.failed(asError(thrown), this.givenBack);
    } finally {
      banner("waiting", undefined);
    }
  }

  // drawAgain shows the present view in another language.
  drawAgain(): void {
    this.redraw();
  }

  async agree(offered: Offered, asks: Asks): Promise<Yes | undefined> {
    const look = await outlook();
    banner("waiting", undefined);
    return this.question<Yes | undefined>((answer) =>
      show(
        offeredView(offered, asks, {
          known: this.place.isKnown(offered.authority),
          outlook: look,
          now: this.place.web.now(),
          notes: this.notes,
          answer,
        }),
      ),
    );
  }

  async agreeToDelegation(offered: OfferedDelegation, asks: Asks): Promise<Yes | undefined> {
    const look = await outlook();
    banner("waiting", undefined);
    const {place, notes} = this;
    return this.question<Yes | undefined>((answer) =>
      show(offeredDoorsView(offered, asks, {outlook: look, now: place.web.now(), notes, answer})),
    );
  }

  pin(rule: TxCode, problem?: PinProblem): Promise<string | undefined> {
    banner("waiting", undefined);
    return this.question<string | undefined>((answer) => show(pinView(rule, problem, answer)));
  }

  step(step: Step): void {
    if (step.step === "waiting") {
      banner("waiting", notice("note", say("waiting_network")));
      return;
    }
    banner("waiting", undefined);
    if (step.step === "not_alone") {
      this.notes.push(notice("warning", say("not_alone")));
      return;
    }
    if (step.step === "not_given_back") {
      this.givenBack = false;
      return;
    }
    // Polling again is no new step for the person.
    if (step.step === this.last) return;
    this.last = step.step;
    const giveUp = () => this.giveUp();
    if (step.step === "words") {
      this.draw(() => show(wordsView(step.words, step.digits, step.coded, giveUp)));
      announce(step.words.join(", "));
    } else {
      const name = {opening: "opening", asked: "asked", granted: "taking"} as const;
      this.draw(() => show(workingView(name[step.step], this.host, giveUp)));
    }
  }

  private draw(view: () => void): void {
    this.redraw = view;
    view();
  }

  private elsewhere(): void {
    this.draw(() => show(elsewhereView(() => {
      this.stop.abort();
      this.place.home();
    })));
  }

  // question shows a view and waits for its answer, or for the person to give up.
  private question<T>(ask: (answer: (value: T | undefined) => void) => void): Promise<T | undefined> {
    return new Promise((resolve) => {
      const answer = (value: T | undefined) => {
        this.giveUpQuestion = undefined;
        this.last = undefined;
        if (value !== undefined) this.draw(() => show(workingView("taking", this.host, () => this.giveUp())));
        resolve(value);
      };
      this.giveUpQuestion = () => answer(undefined);
      this.draw(() => ask(answer));
    });
  }

  // leave gives up without a view of how it ended.
  leave(): void {
    this.wasLeft = true;
    this.stop.abort();
    this.giveUp();
  }

  private giveUp(): void {
    announce(say("giving_up"));
    this.take.cancel();
    this.giveUpQuestion?.();
  }
}
