// The receiver's half of a confirmed exchange: fetches, lets the state machine decide, stores what it
// decided and only then does it.

import {type Bytes} from "../base/bytes.ts";
import {asError, fail, type KeyferryError} from "../base/error.ts";
import {generateKey, type PrivateKey} from "../crypto/key.ts";
import {randomBytes} from "../crypto/random.ts";
import {generateX25519} from "../crypto/x25519.ts";
import {type Time} from "../codec/rfc3339.ts";
import {parseOffer, type OfferTerms} from "../credential/offer.ts";
import {ConfirmedReceiver} from "../transfer/confirmed_receiver.ts";
import {type Invite} from "../transfer/confirmed_messages.ts";
import {type DelegationInvite, type Import} from "../transfer/delegation_messages.ts";
import {type Effect, type Effects, type Ended} from "../transfer/effects.ts";
import {digitsOfWords, wordsOf} from "../transfer/words.ts";
import {AuthorityClient} from "./authority_client.ts";
import {type Carrier} from "./carrier.ts";
import {Courier} from "./courier.ts";
import {type HeldRecord} from "./delegation_record.ts";
import {readOffered} from "./offer_plan.ts";
import {keyFor, redeemTake, type Wallet} from "./redeem.ts";
import {keepDelegation, readInvite} from "./take_delegation.ts";
import {type TakeRecord} from "./take_record.ts";
import {isLeftOpen} from "./refusals.ts";
import {isFromBetween, wasLost} from "./web.ts";

const kFetch = 25;
const kNetworkPauses = [1, 2, 4, 8];
const kRaces = 8;

// Outcome is how an exchange ended for this side.
export interface ExchangeEnd {
  stored?: HeldRecord;
  ended?: Ended;
  failed?: KeyferryError; // what the person is told, where it is more than `ended`
  relinquished: boolean; // nothing had been written, and the place goes back
}

export class TakeExchange {
  private readonly courier: Courier;
  private readonly machine: ConfirmedReceiver;
  private readonly end: ExchangeEnd = {relinquished: false};
  private pauses = 0;

  // `record.machine` is the exchange as it was stored last.
  constructor(
    private readonly wallet: Wallet,
    private readonly record: TakeRecord,
    carrier: Carrier,
  ) {
    if (record.machine === undefined) throw fail("invalid", "the stored exchange is damaged");
    this.machine = ConfirmedReceiver.parse(record.machine);
    this.courier = new Courier(wallet.web, record, carrier, () => this.save());
  }

  // run goes on until the exchange has ended for this side and everything that it owed is done. It
  // waits out a network that fails, until the place's deadline.
  async run(): Promise<ExchangeEnd> {
    const deadline = this.deadline();
    let effects = await this.patiently(() => this.begin(), deadline);
    for (;;) {
      const ended = await this.carryOut(effects, deadline);
      if (ended !== undefined) {
        this.end.ended = ended;
        return this.end;
      }
      effects = await this.patiently(() => this.next(deadline), deadline);
    }
  }

  // finish does only what an ended exchange still owes: after a cancel, or where a run was cut off
  // after the credential was stored.
  async finish(how: "cancel" | "redeemed"): Promise<ExchangeEnd> {
    const ended = this.machine.state === "ended";
    const effects = ended ? await this.machine.resume()
      : how === "cancel" ? await this.machine.cancel()
      : await this.machine.redeemed({redeemed: true, reason: ""});
    await this.save();
    const over = await this.carryOut(effects, 0);
    if (over !== undefined) this.end.ended = over;
    return this.end;
  }

  private get offer(): Invite | DelegationInvite | undefined {
    return this.machine.invite ?? this.machine.delegation;
  }

  // Where the place told no deadline: what was offered ends some time.
  private deadline(): Time {
    return this.record.expires > 0 ? this.record.expires : (this.offer?.expires ?? Infinity);
  }

  private async save(): Promise<void> {
    this.record.machine = this.machine.encode();
    await this.wallet.store.saveTake(this.record);
  }

  // kept stores what the machine has just decided.
  private async kept(effects: Effects): Promise<Effects> {
    await this.save();
    await this.courier.stored();
    return effects;
  }

  // patiently repeats what the network lost or somebody on the way answered, until `deadline`.
  private async patiently<T>(call: () => Promise<T>, deadline: Time): Promise<T> {
    for (;;) {
      try {
        const value = await call();
        this.pauses = 0;
        return value;
      } catch (thrown) {
        const error = asError(thrown);
        const waits = wasLost(error) || isFromBetween(error);
        if (!waits || error.reason === "stopped" || this.wallet.web.now() >= deadline) throw thrown;
        this.wallet.person.step({step: "waiting", why: error.reason});
        await this.wallet.web.sleep(kNetworkPauses[Math.min(this.pauses++, 3)] as number);
      }
    }
  }

  // begin looks first: what was about to be sent when the page was closed may have arrived and been
  // answered, or be of no use any more.
  private async begin(): Promise<Effects> {
    // A delegation that has come is kept, whatever the place says by now: nobody is to be asked for it.
    const come = this.machine.state === "redeeming" && this.machine.delegation !== undefined;
    if (come || this.machine.state === "ended") return this.machine.resume();
    const effects = await this.judge(() => this.courier.look());
    return effects.length > 0 ? effects : this.machine.resume();
  }

  private async next(deadline: Time): Promise<Effects> {
    const left = deadline - this.wallet.web.now();
    if (left <= 0) return this.kept(await this.machine.deadline());
    return this.judge(() => this.courier.fetch(Math.min(kFetch, left)));
  }

  // judge turns what a look at the place gave into what follows from it.
  private async judge(fetch: () => Promise<Bytes | undefined>): Promise<Effects> {
    let found: Bytes | undefined;
    try {
      found = await fetch();
    } catch (thrown) {
      const {code} = asError(thrown);
      if (code === "not_found") return this.kept(await this.machine.deadline());
      if (code === "cannot_open" || code === "invalid") return this.kept(await this.machine.unreadable());
      throw thrown;
    }
    return found === undefined ? [] : this.kept(await this.machine.message(found));
  }

  private async carryOut(effects: Effects, deadline: Time): Promise<Ended | undefined> {
    const queue = [...effects];
    for (let effect = queue.shift(); effect !== undefined; effect = queue.shift()) {
      if (effect.do === "ended") return effect;
      const doing = effect;
      const more =
        doing.do === "send" && this.machine.state === "ended" ? await this.sendLast(doing.plaintext)
        : doing.do === "send" ? await this.send(doing.plaintext, deadline)
        : await this.patiently(() => this.perform(doing), deadline);
      queue.unshift(...more);
    }
    return undefined;
  }

  private async perform(effect: Effect): Promise<Effects> {
    switch (effect.do) {
      case "showInvite":
        return this.ask(() => this.agree(effect.invite));
      case "showDelegation":
        return this.ask(() => this.agreeToDelegation(effect.invite));
      case "showWords": {
        const coded = this.offer?.handshake.code !== undefined;
        const {words} = effect;
        this.wallet.person.step({step: "words", words: wordsOf(words), digits: digitsOfWords(words), coded});
        return [];
      }
      case "redeem":
        return this.redeem(effect);
      case "import":
        return this.import(effect.import);
      case "relinquish":
        this.end.relinquished = true; // by whoever took it, once the exchange is over
        return [];
      case "send":
      case "ended":
        return []; // done by carryOut
    }
  }

  private async ask(agree: () => Promise<Effects>): Promise<Effects> {
    try {
      return await agree();
    } catch (thrown) {
      const error = asError(thrown);
      if (wasLost(error) || isFromBetween(error)) throw thrown;
      this.end.failed = error;
      return this.kept(await this.machine.cancel());
    }
  }

  // What the person sees is made from the data; the authority is asked only after the yes.
  private async agree(invite: Invite): Promise<Effects> {
    const terms: OfferTerms = {kind: invite.kind, rights: invite.rights, window: {from: 0, until: invite.expires}};
    const offered = readOffered([invite.kind], terms, invite.authority);
    const code = invite.handshake.code !== undefined;
    // A code is part of the request, so a page that was closed before that one left asks again.
    const yes = await this.wallet.person.agree(offered, {
      code, confirmed: true, ...(invite.note === undefined ? {} : {note: invite.note}),
    });
    if (yes === undefined) throw fail("forbidden", "the person said no", "declined");
    this.record.agreed = true;
    this.record.approved = terms;
    const client = new AuthorityClient(this.wallet.web, invite.authority);
    const about = await this.patiently(() => client.metadata(), this.deadline());
    const key = await keyFor(this.wallet, this.record, offered, about);
    return this.approve(key, yes.code);
  }

  // Nobody needs this key in a file: no lock takes one, and the browser keeps it to itself.
  private async agreeToDelegation(invite: DelegationInvite): Promise<Effects> {
    const code = invite.handshake.code !== undefined;
    const offered = readInvite(invite, this.wallet.web.now());
    const yes = await this.wallet.person.agreeToDelegation?.(offered, {code, confirmed: true});
    if (yes === undefined) throw fail("forbidden", "the person said no", "declined");
    this.record.agreed = true;
    this.record.key ??= await generateKey("p256", false);
    await this.wallet.store.saveTake(this.record);
    return this.approve(this.record.key, yes.code);
  }

  private async approve(key: PrivateKey, code = ""): Promise<Effects> {
    const effects = await this.machine.approve({
      credentialKey: key.publicKey, label: this.wallet.label, code, key: await generateX25519(), nonce: randomBytes(32),
    });
    return this.kept(effects);
  }

  private async redeem(effect: Extract<Effect, {do: "redeem"}>): Promise<Effects> {
    this.wallet.person.step({step: "granted"});
    this.record.offer = effect.credentialOffer;
    parseOffer(effect.credentialOffer);
    await this.save();
    try {
      this.end.stored = await redeemTake(this.wallet, this.record, undefined, true);
    } catch (thrown) {
      const error = asError(thrown);
      if (wasLost(error) || isFromBetween(error) || isLeftOpen(error) || error.code === "storage_full" || error.code === "io") throw thrown;
      this.end.failed = error;
      return this.kept(await this.machine.redeemed({redeemed: false, reason: error.detail}));
    }
    return this.kept(await this.machine.redeemed({redeemed: true, reason: ""}));
  }

  private async import(imported: Import): Promise<Effects> {
    this.wallet.person.step({step: "granted"});
    try {
      const invite = this.machine.delegation as DelegationInvite;
      this.end.stored = await keepDelegation(this.wallet, this.record, invite, imported);
    } catch (thrown) {
      const error = asError(thrown);
      if (error.code === "storage_full" || error.code === "io") throw thrown;
      this.end.failed = error;
      return this.kept(await this.machine.redeemed({redeemed: false, reason: error.detail}));
    }
    return this.kept(await this.machine.redeemed({redeemed: true, reason: ""}));
  }

  // send writes a message whose answer is awaited. Where the other side wrote meanwhile (a cancel),
  // that decides what follows, and the message may be out of date.
  private async send(plaintext: Uint8Array, deadline: Time): Promise<Effects> {
    for (let race = 0; race < kRaces; ++race) {
      try {
        await this.patiently(() => this.courier.deliver(plaintext), deadline);
        if (this.machine.state === "requested") this.wallet.person.step({step: "asked"});
        return [];
      } catch (thrown) {
        const error = asError(thrown);
        if (error.code === "not_found") return this.kept(await this.machine.deadline());
        if (error.reason === "taken") return this.displaced();
        if (error.code !== "precondition_failed") throw thrown;
      }
      const effects = await this.patiently(() => this.judge(() => this.courier.look()), deadline);
      if (effects.length > 0) return effects;
    }
    throw fail("conflict", "the mailbox changes all the time: nothing can be written to it");
  }

  // Another receiver has answered before us, and the sender goes on with that one.
  private async displaced(): Promise<Effects> {
    this.end.failed = fail("unauthorized", "somebody else opened this link first", "claimed");
    return this.kept(await this.machine.deadline());
  }

  // sendLast writes the message with which this side ends the exchange. Nothing waits for it: the
  // place may be gone, and who does not read it sees its deadline.
  private async sendLast(plaintext: Uint8Array): Promise<Effects> {
    await this.courier.deliverCancel(plaintext).catch((thrown: unknown) => {
      if (asError(thrown).code === "io") throw thrown;
    });
    return [];
  }
}
