// An exchange through the dropbox of a relay (Draft R, docs/dropbox.md): every message has a place of
// its own, and is sealed under a key of its own; each side ends it out of turn at a place of its own.
// What was said so far lies in the record, since every later place follows from it.

import {equal, type Bytes} from "../base/bytes.ts";
import {encodeBase64, parseBase64} from "../base/base64.ts";
import {asError, fail} from "../base/error.ts";
import {DropExchange} from "../transfer/drop_exchange.ts";
import {type DropSuite} from "../transfer/drop_suite.ts";
import {kMostPlaintext, parseEnvelope, type Envelope} from "../transfer/envelope.ts";
import {type SealedPayload} from "../transfer/sealed_payload.ts";
import {type Arrived, type Carrier} from "./carrier.ts";
import {type DropClient} from "./drop_client.ts";
import {type DropState, type TakeRecord} from "./take_record.ts";

// How a message is kept: its type says at which of the places it belongs.
const kInTurn = "draft R message";
const kCancel = "draft R cancel";
export const kMostDrop = kMostPlaintext + 1024; // framing, nonce and tag

function envelopeOf(plaintext: Uint8Array): Envelope | undefined {
  try {
    return parseEnvelope(plaintext);
  } catch {
    return undefined;
  }
}

export function beginningOf(record: TakeRecord): DropExchange {
  const {secret, suite} = record.link;
  return new DropExchange(secret as Uint8Array, suite as DropSuite, "receiver");
}

export class DropboxCarrier implements Carrier {
  readonly isOneSlot = false;
  private readonly exchange: DropExchange;
  private readonly state: DropState;

  // Whoever stores `record` stores where the carrier stands.
  constructor(private readonly relay: DropClient, record: TakeRecord) {
    if (record.drops === undefined) throw fail("invalid", "the stored exchange is damaged");
    this.state = record.drops;
    const {secret, suite} = record.link;
    this.exchange = DropExchange.resume(secret as Uint8Array, suite as DropSuite, "receiver", this.state.said);
  }

  async seal(plaintext: Uint8Array): Promise<SealedPayload> {
    if (envelopeOf(plaintext)?.routing?.type === "cancel") {
      return {type: kCancel, data: encodeBase64(await this.exchange.sealCancel("receiver", plaintext))};
    }
    this.state.written = await this.exchange.location();
    const data = encodeBase64(await this.exchange.seal(plaintext));
    this.state.said = this.exchange.encode();
    return {type: kInTurn, data};
  }

  async open(payload: SealedPayload): Promise<Bytes> {
    const sealed = parseBase64(payload.data);
    if (sealed.length > kMostDrop) throw fail("cannot_open", "the message is too long");
    if (payload.type === kCancel) {
      const message = await this.exchange.openCancel("sender", sealed);
      this.state.read = await this.exchange.cancelLocation("sender");
      return message;
    }
    const location = await this.exchange.location();
    const message = await this.exchange.open(sealed);
    this.state.read = location;
    this.state.said = this.exchange.encode();
    return message;
  }

  // A message is deleted once it is stored, and before anything is written.
  async stored(): Promise<void> {
    await this.deleteRead().catch(() => undefined);
  }
  private async deleteRead(): Promise<void> {
    if (this.state.read === "") return;
    await this.relay.remove(this.state.read);
    this.state.read = "";
  }

  async receive(_version: string, wait: boolean): Promise<Arrived | undefined> {
    await this.deleteRead();
    const cancel = await this.receiveCancel();
    if (cancel !== undefined) return cancel;
    if (this.exchange.isOwnTurn()) return undefined;
    const message = await this.relay.get(await this.exchange.location(), wait);
    return message === undefined ? undefined : {payload: {type: kInTurn, data: encodeBase64(message)}, version: ""};
  }

  private async receiveCancel(): Promise<Arrived | undefined> {
    const location = await this.exchange.cancelLocation("sender");
    const found = await this.relay.get(location, false);
    if (found === undefined) return undefined;
    if (found.length <= kMostDrop && (await this.endsThis(found))) {
      return {payload: {type: kCancel, data: encodeBase64(found)}, version: ""};
    }
    await this.relay.remove(location);
    return undefined;
  }

  // A cancel names the transfer, which only who has read message 0 knows: whoever got the link later
  // cannot end the exchange.
  private async endsThis(sealed: Uint8Array): Promise<boolean> {
    const plaintext = await this.exchange.openCancel("sender", sealed).catch(() => undefined);
    const routing = plaintext === undefined ? undefined : envelopeOf(plaintext)?.routing;
    const first = envelopeOf(this.exchange.firstMessage())?.routing;
    return routing?.type === "cancel" && first !== undefined && equal(routing.transfer, first.transfer);
  }

  async send(payload: SealedPayload): Promise<string> {
    const sealed = parseBase64(payload.data);
    await this.deleteRead();
    if (payload.type !== kCancel) {
      await this.relay.put(this.state.written, sealed);
      return "";
    }
    if (this.state.written !== "") await this.relay.remove(this.state.written).catch(() => undefined);
    const location = await this.exchange.cancelLocation("receiver");
    try {
      await this.relay.put(location, sealed);
    } catch (thrown) {
      if (asError(thrown).reason !== "taken") throw thrown;
      await this.relay.remove(location); // nobody but us has anything to say there
      await this.relay.put(location, sealed);
    }
    return "";
  }

  async finish(): Promise<void> {
    await this.stored();
  }
}
