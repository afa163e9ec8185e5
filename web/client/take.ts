// Taking a share: from a link, which a person has decided to open, to a credential that is held. A
// call that was cut off anywhere is finished by calling again with the same link, or by its stored id:
// the same key, claim and request ids are used.

import {type Bytes} from "../base/bytes.ts";
import {asError, fail, type KeyferryError} from "../base/error.ts";
import {parseOffer} from "../credential/offer.ts";
import {kShareFormat} from "../transfer/confirmed_messages.ts";
import {ConfirmedReceiver} from "../transfer/confirmed_receiver.ts";
import {kDelegationFormat} from "../transfer/delegation_messages.ts";
import {parseEnvelope} from "../transfer/envelope.ts";
import {parseOfferMessage} from "../transfer/offer_message.ts";
import {openPayload} from "../transfer/sealed_payload.ts";
import {type ShareLink} from "../transfer/share_link.ts";
import {type Carrier} from "./carrier.ts";
import {type HeldRecord} from "./delegation_record.ts";
import {giveBack, mayHold} from "./give_back.ts";
import {DropClient} from "./drop_client.ts";
import {beginningOf, DropboxCarrier, kMostDrop} from "./dropbox_carrier.ts";
import {MailboxCarrier} from "./mailbox_carrier.ts";
import {offeredBy, redeemTake, type Wallet} from "./redeem.ts";
import {RelayClient} from "./relay_client.ts";
import {TakeExchange, type ExchangeEnd} from "./take_exchange.ts";
import {beginAgain, claimOf, newTake, tombstone, type TakeRecord} from "./take_record.ts";
import {isLeftOpen} from "./refusals.ts";
import {isFromBetween, wasLost} from "./web.ts";

const kDropLifetime = 48 * 3600; // of a drop, and of a link at most
const kNetworkPauses = [1, 2, 4, 8];

export class Take {
  private cancelled = false;
  private readonly stop = new AbortController();
  private readonly running: Wallet; // its calls end when the person gives up

  constructor(private readonly wallet: Wallet, readonly id: string, private readonly link?: ShareLink) {
    this.running = {...wallet, web: wallet.web.withSignal(this.stop.signal)};
  }

  // cancel gives up: the sender is told, or, where nothing was asked of it yet, the place given back.
  // run() then throws reason `declined`.
  cancel(): void {
    this.cancelled = true;
    this.stop.abort();
  }

  // run takes the share. Throws a KeyferryError whose reason says what the person is told; after it
  // nothing of the transfer is left to do, unless mayGoOn(error): then it can be run again. What the
  // relay did not let go yet (step not_given_back) is given back by a run without a link, and is taken
  // after all with one.
  async run(): Promise<HeldRecord> {
    const {store} = this.wallet;
    const held = await store.loadCredential(this.id);
    if (held !== undefined) return this.cleanUp(held);
    const record = await this.loadOrBegin();
    if (record.givesBack) throw await this.letGo(record, fail("forbidden", "it was not taken", "declined"));
    if (record.ended !== "") throw fail("conflict", "this link was used up before", `used_up:${record.ended}`);
    try {
      if (record.offer === undefined && record.machine === undefined) await this.open(record);
      const stored = record.machine === undefined ? await this.takeImmediate(record) : await this.takeConfirmed(record);
      return await this.cleanUp(stored);
    } catch (thrown) {
      throw await this.settle(record, this.told(thrown));
    }
  }

  private told(thrown: unknown): KeyferryError {
    return this.cancelled ? fail("forbidden", "the person gave up", "declined") : asError(thrown);
  }

  private async loadOrBegin(): Promise<TakeRecord> {
    const record = await this.wallet.store.loadTake(this.id);
    if (record !== undefined) {
      if (record.givesBack && this.link !== undefined) {
        record.link = this.link;
        return beginAgain(record, this.wallet.web.now());
      }
      // The secret of a second try stands: the first may have been damaged.
      if (this.link?.secret !== undefined && record.machine === undefined) record.link.secret = this.link.secret;
      return record;
    }
    if (this.link === undefined) throw fail("not_found", "nothing of this share is being taken here", "nothing");
    return newTake(this.id, this.link, this.wallet.web.now());
  }

  private carrierOf(record: TakeRecord, wallet: Wallet): Carrier {
    return record.link.form === "dropbox"
      ? new DropboxCarrier(new DropClient(wallet.web, record.link.base), record)
      : new MailboxCarrier(new RelayClient(wallet.web), record);
  }

  // patiently repeats what the network lost, until the link has run out or the person gives up.
  private async patiently<T>(record: TakeRecord, call: () => Promise<T>): Promise<T> {
    for (let round = 0; ; ++round) {
      try {
        return await call();
      } catch (thrown) {
        const error = asError(thrown);
        const over = record.expires > 0 && this.running.web.now() >= record.expires;
        if (!wasLost(error) || error.reason === "stopped" || over) throw thrown;
        this.running.person.step({step: "waiting", why: error.reason});
        await this.running.web.sleep(kNetworkPauses[Math.min(round, 3)] as number);
      }
    }
  }

  // open claims the place and reads what lies there. The record is stored before the first request.
  private async open(record: TakeRecord): Promise<void> {
    record.claimed = true;
    const fetchedBefore = record.first.length > 0;
    await this.wallet.store.saveTake(record);
    this.running.person.step({step: "opening"});
    const plaintext = await this.patiently(record, () =>
      record.link.form === "dropbox" ? this.readDrop(record) : this.readMailbox(record),
    );
    await this.useMessage(record, plaintext);
    await this.wallet.store.saveTake(record);
    if (record.link.form === "dropbox") await this.takeAway(record, fetchedBefore);
  }

  // Wrong or damaged: read once more, then the mailbox is given back.
  private async readMailbox(record: TakeRecord): Promise<Bytes> {
    const relay = new RelayClient(this.running.web);
    for (let round = 0; ; ++round) {
      const caller = {deviceClaim: record.deviceClaim, requestId: record.readRequest};
      const message = await relay.read(record.link, caller);
      record.expires = message.expires ?? 0;
      try {
        return await openPayload(record.link.secret as Bytes, message.payload);
      } catch {
        if (round > 0) throw fail("cannot_open", "what the link leads to cannot be opened", "wrong_secret");
      }
    }
  }

  private async readDrop(record: TakeRecord): Promise<Bytes> {
    const relay = new DropClient(this.running.web, record.link.base);
    const exchange = beginningOf(record);
    const location = await exchange.location();
    for (let round = 0; ; ++round) {
      // What was fetched before, and could not be given back, is opened where nothing lies there.
      const sealed = (await relay.get(location, false)) ?? record.first;
      if (sealed.length === 0) throw fail("not_found", "this link leads nowhere any more");
      try {
        if (sealed.length > kMostDrop) throw fail("cannot_open", "the message is too long");
        const plaintext = await exchange.open(sealed);
        record.first = sealed;
        record.drops = {said: exchange.encode(), written: "", read: location};
        return plaintext;
      } catch {
        if (round > 0) throw fail("cannot_open", "what the link leads to cannot be opened", "wrong_secret");
      }
    }
  }

  // Message 0 is deleted once it is stored, and the DELETE makes one of those who read it the receiver.
  private async takeAway(record: TakeRecord, fetchedBefore: boolean): Promise<void> {
    const relay = new DropClient(this.running.web, record.link.base);
    const removed = await relay.remove(await beginningOf(record).location()).catch(() => undefined);
    if (removed === undefined) return; // the carrier deletes it before anything else
    if (record.drops !== undefined) record.drops.read = "";
    if (removed === "yes" || fetchedBefore) return;
    if (removed === "nothing" && record.machine !== undefined) {
      throw fail("conflict", "another wallet opened this link at the same moment and was faster", "not_alone");
    }
    this.running.person.step({step: "not_alone"});
  }

  private async useMessage(record: TakeRecord, plaintext: Bytes): Promise<void> {
    const envelope = parseEnvelope(plaintext);
    const delegates = envelope.format === kDelegationFormat;
    if (delegates && this.wallet.person.agreeToDelegation === undefined) {
      throw fail("invalid", "a right that its sender signs itself", "delegation");
    }
    if (!delegates && envelope.format !== kShareFormat) {
      const message = parseOfferMessage(plaintext);
      parseOffer(message.credentialOffer);
      record.offer = message.credentialOffer;
      if (message.note !== undefined) record.note = message.note;
      return;
    }
    const place = record.link.form === "mailbox" ? record.link.mailbox : await beginningOf(record).location();
    const machine = ConfirmedReceiver.claim(record.link.secret as Bytes, place, envelope.format);
    for (const effect of await machine.message(plaintext)) {
      if (effect.do === "ended") throw fail("invalid", effect.text, effect.reason);
    }
    const invite = machine.invite ?? machine.delegation;
    if (invite === undefined) throw fail("invalid", "the message inside the link is not an invitation", "damaged");
    if (record.link.form === "dropbox") {
      record.expires = Math.floor(Math.min(invite.expires, this.running.web.now() + kDropLifetime)); // nobody says so
    }
    record.machine = machine.encode();
    if ("note" in invite && invite.note !== undefined) record.note = invite.note;
  }

  private async takeImmediate(record: TakeRecord): Promise<HeldRecord> {
    const offer = parseOffer(record.offer ?? {});
    let pin: string | undefined;
    if (!record.agreed) {
      const yes = await this.running.person.agree(offeredBy(record, offer), {
        code: false,
        confirmed: false,
        ...(record.note === undefined ? {} : {note: record.note}),
        ...(offer.txCode === undefined ? {} : {pin: offer.txCode}),
      });
      if (yes === undefined) throw fail("forbidden", "the person said no", "declined");
      pin = yes.pin;
      record.agreed = true;
      await this.wallet.store.saveTake(record);
    }
    this.running.person.step({step: "granted"});
    return this.patiently(record, () => redeemTake(this.running, record, pin, false));
  }

  private async takeConfirmed(record: TakeRecord): Promise<HeldRecord> {
    const exchange = new TakeExchange(this.running, record, this.carrierOf(record, this.running));
    const end = await exchange.run();
    if (end.stored !== undefined) return end.stored;
    throw failureOfEnd(end);
  }

  // settle does what a failure leaves to do, and returns what the person is told.
  private async settle(record: TakeRecord, error: KeyferryError): Promise<KeyferryError> {
    if (!this.cancelled && mayGoOn(error)) return error;
    if (record.machine !== undefined) return this.bury(record, error);
    return this.letGo(record, error);
  }

  // letGo lets another device have the place, and forgets the share once that is known.
  private async letGo(record: TakeRecord, error: KeyferryError): Promise<KeyferryError> {
    const {store, web, person} = this.wallet;
    const claim = claimOf(record);
    const held = mayHold(record, error);
    if (held) await store.saveTake(claim);
    if (held && !(await giveBack(web, claim))) person.step({step: "not_given_back"});
    else await store.eraseTake(record.id);
    return error;
  }

  // bury ends an exchange without the credential: no secret is left, and the link is never used for
  // another request.
  private async bury(record: TakeRecord, error: KeyferryError): Promise<KeyferryError> {
    const exchange = new TakeExchange(this.wallet, record, this.carrierOf(record, this.wallet));
    const {relinquished} = await exchange.finish("cancel");
    if (relinquished || record.outgoing === undefined) return this.letGo(record, error);
    await this.wallet.store.eraseTake(record.id);
    await this.wallet.store.saveTake(tombstone(record, error.reason || error.code));
    return error;
  }

  // cleanUp does what is left of a transfer that ended well: tells the sender, deletes the mailbox.
  private async cleanUp(stored: HeldRecord): Promise<HeldRecord> {
    const {store, web} = this.wallet;
    const record = await store.loadTake(this.id).catch(() => undefined);
    if (record !== undefined && record.ended === "") {
      if (record.machine !== undefined) {
        await new TakeExchange(this.wallet, record, this.carrierOf(record, this.wallet)).finish("redeemed");
      } else if (record.link.form === "dropbox") {
        await new DropClient(web, record.link.base).remove(await beginningOf(record).location()).catch(() => undefined);
      } else {
        await new MailboxCarrier(new RelayClient(web), record).finish();
      }
    }
    const finished = {...stored, finished: true};
    await store.saveCredential(finished);
    await store.eraseTake(this.id);
    return finished;
  }
}

// mayGoOn: what was lost on the way or left open, and a store that is full, can be tried again with the
// same record.
export function mayGoOn(error: KeyferryError): boolean {
  return wasLost(error) || isFromBetween(error) || isLeftOpen(error) || error.code === "io" || error.code === "storage_full";
}

function failureOfEnd(end: ExchangeEnd): KeyferryError {
  if (end.failed !== undefined) return end.failed;
  const ended = end.ended ?? {reason: "other", text: "", byPeer: false};
  return fail("forbidden", ended.text, `${ended.byPeer ? "peer" : "own"}:${ended.reason}`);
}
