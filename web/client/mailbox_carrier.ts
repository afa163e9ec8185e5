import {randomUuid} from "../crypto/random.ts";
import {openPayload, sealPayload, type SealedPayload} from "../transfer/sealed_payload.ts";
import {type Arrived, type Carrier} from "./carrier.ts";
import {type RelayClient} from "./relay_client.ts";
import {type TakeRecord} from "./take_record.ts";

export class MailboxCarrier implements Carrier {
  readonly isOneSlot = true;

  constructor(private readonly relay: RelayClient, private readonly record: TakeRecord) {}

  seal(plaintext: Uint8Array) {
    return sealPayload(this.record.link.secret as Uint8Array, plaintext);
  }
  open(payload: SealedPayload) {
    return openPayload(this.record.link.secret as Uint8Array, payload);
  }
  async stored(): Promise<void> {}

  async receive(version: string): Promise<Arrived | undefined> {
    return this.relay.await(this.record.link, this.caller(randomUuid()), version);
  }
  send(payload: SealedPayload, requestId: string, version: string): Promise<string> {
    return this.relay.write(this.record.link, this.caller(requestId), payload, version);
  }
  async finish(): Promise<void> {
    await this.relay.remove(this.record.link, this.caller(this.record.deleteRequest)).catch(() => undefined);
  }

  private caller(requestId: string) {
    return {deviceClaim: this.record.deviceClaim, requestId};
  }
}
