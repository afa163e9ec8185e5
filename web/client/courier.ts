// Seals, stores and sends the messages of one exchange, and fetches and opens the other side's.

import {equal, type Bytes} from "../base/bytes.ts";
import {encodeBase64url} from "../base/base64.ts";
import {asError} from "../base/error.ts";
import {sha256} from "../crypto/hash.ts";
import {randomUuid} from "../crypto/random.ts";
import {parseEnvelope, type Envelope} from "../transfer/envelope.ts";
import {samePayload, type SealedPayload} from "../transfer/sealed_payload.ts";
import {type Arrived, type Carrier} from "./carrier.ts";
import {type Outgoing, type TakeRecord} from "./take_record.ts";
import {type Web} from "./web.ts";

// Between two reads of a place without versions: half a second at first, then slower.
const kFirstPause = 0.5;
const kLongestPause = 3;
const kCancelWrites = 3;
// Changes in one fetch that are no message and are followed at once: a claim, a renewed lifetime.
const kFreeChanges = 4;

export class Courier {
  private version = "";
  private seen: SealedPayload | undefined;

  // `save` stores the record, whose `outgoing` is the courier's.
  constructor(
    private readonly web: Web,
    private readonly record: TakeRecord,
    private readonly carrier: Carrier,
    private readonly save: () => Promise<void>,
  ) {}

  // look reads what lies there now, without waiting; fetch waits up to about `most` seconds for
  // something that was not read before. What was read before is nothing. Throws: cannot_open (also when
  // read a second time), and as Carrier.receive.
  async look(): Promise<Bytes | undefined> {
    return this.take(await this.carrier.receive("", false));
  }

  async fetch(most: number): Promise<Bytes | undefined> {
    const now = () => this.web.surroundings.now();
    const end = now() + most;
    let pause = kFirstPause;
    for (let changes = 0; ; ) {
      const asked = now();
      const known = this.version;
      const opened = await this.take(await this.carrier.receive(this.version, true));
      if (opened !== undefined || now() >= end) return opened;
      // It waited for us, or something changed that is no message: somebody claimed the mailbox.
      if (now() - asked > kLongestPause) continue;
      if (this.version !== known && ++changes <= kFreeChanges) continue;
      await this.web.sleep(pause);
      pause = Math.min((pause * 5) / 4, kLongestPause);
    }
  }

  stored(): Promise<void> {
    return this.carrier.stored();
  }

  // deliver seals `plaintext` once, stores that and sends it; a message that was sent before is not
  // sent again. Throws: precondition_failed: something else came meanwhile; look and decide anew.
  async deliver(plaintext: Uint8Array): Promise<void> {
    const outgoing = await this.prepare(plaintext);
    if (!outgoing.sent) await this.write(outgoing);
  }

  // deliverCancel does the same for the last message, which the other side's last message may cross:
  // it is written again under a new request id until it stands, three times at most.
  async deliverCancel(plaintext: Uint8Array): Promise<void> {
    const outgoing = await this.prepare(plaintext);
    if (!this.carrier.isOneSlot) return this.write(outgoing);
    for (let round = 0; round < kCancelWrites; ++round) {
      try {
        await this.write(outgoing);
      } catch (thrown) {
        if (asError(thrown).code !== "precondition_failed") throw thrown;
      }
      if (await this.stands(plaintext)) return;
      outgoing.requestId = randomUuid();
      outgoing.sent = false;
      await this.save();
    }
  }

  // A message that does not open is read once more: it may have been cut on the way.
  private async take(first: Arrived | undefined): Promise<Bytes | undefined> {
    let arrived = first;
    for (let round = 0; ; ++round) {
      if (arrived === undefined) return undefined;
      this.version = arrived.version;
      if (samePayload(this.seen, arrived.payload)) return undefined;
      try {
        const opened = await this.carrier.open(arrived.payload);
        this.seen = arrived.payload;
        return opened;
      } catch (thrown) {
        if (round > 0) throw thrown;
      }
      arrived = await this.carrier.receive("", false);
    }
  }

  private async prepare(plaintext: Uint8Array): Promise<Outgoing> {
    const plaintextHash = encodeBase64url(await sha256(plaintext));
    if (this.record.outgoing?.plaintextHash !== plaintextHash) {
      const payload = await this.carrier.seal(plaintext);
      this.record.outgoing = {plaintextHash, payload, requestId: randomUuid(), sent: false};
      await this.save();
    }
    return this.record.outgoing;
  }

  private async write(outgoing: Outgoing): Promise<void> {
    if (!samePayload(this.seen, outgoing.payload)) {
      this.version = await this.carrier.send(outgoing.payload, outgoing.requestId, this.version);
      this.seen = outgoing.payload;
    }
    outgoing.sent = true;
    await this.save();
  }

  // stands says whether the cancel was seen, or will be: it lies there, or what lies there was written
  // with it in sight, or ends the exchange as well.
  private async stands(plaintext: Uint8Array): Promise<boolean> {
    this.seen = undefined;
    const found = await this.look();
    if (found === undefined || equal(found, plaintext)) return true;
    let envelope: Envelope;
    try {
      envelope = parseEnvelope(found);
    } catch {
      return false;
    }
    const {routing} = envelope;
    if (routing === undefined) return false;
    return routing.type === "cancel" || (routing.prev !== undefined && equal(routing.prev, await sha256(plaintext)));
  }
}
