// One exchange through a dropbox (Draft R, docs/dropbox.md): where each message lies and how it is
// sealed. Both follow from R and from everything that was said before, so one side has to keep all
// of it. Pure but for fresh random octets.

import {bytesOf, concat, numberBytes, numberIn, type Bytes} from "../base/bytes.ts";
import {encodeBase64url} from "../base/base64.ts";
import {fail, require} from "../base/error.ts";
import {kIvSize, openAt, sealAt} from "../crypto/aead.ts";
import {hash, hkdfExpand, hkdfExtract} from "../crypto/hash.ts";
import {randomBytes} from "../crypto/random.ts";
import {kDropSecretSize, kSuites, type DropSuite, type SuiteRow} from "./drop_suite.ts";
import {type Side} from "./envelope.ts";

const kLocation = 32;
const kRandom = 32;
const kLeastRandom = 16;
const kCancelNumber = 65535;

interface Place {
  key: Bytes;
  number: number;
}

function frame(number: number, message: Uint8Array): Bytes {
  const head = concat(Uint8Array.of(kRandom), randomBytes(kRandom));
  return concat(head, numberBytes(number, 2), numberBytes(message.length, 4), message);
}

// The message in a plaintext that is number `number`, or nothing.
function unframe(plaintext: Uint8Array, number: number): Uint8Array | undefined {
  const random = plaintext[0] ?? 0;
  const begin = 1 + random;
  if (random < kLeastRandom || plaintext.length < begin + 6) return undefined;
  const message = plaintext.subarray(begin + 6);
  const fits =
    numberIn(plaintext.subarray(begin, begin + 2)) === number &&
    numberIn(plaintext.subarray(begin + 2, begin + 6)) === message.length;
  return fits ? message : undefined;
}

// DropExchange is where one side stands; store encode() with every step.
export class DropExchange {
  private said: Bytes = new Uint8Array(0); // plaintext_0 ‖ … ‖ plaintext_(i-1)
  private number = 0;
  private readonly row: SuiteRow;

  constructor(private readonly secret: Uint8Array, private readonly suite: DropSuite, private readonly own: Side) {
    require(secret.length === kDropSecretSize, "R has 32 octets");
    this.row = kSuites[suite];
  }

  // location is the URL part of the next message, in either direction; cancelLocation of the place
  // where `side` ends the exchange out of turn.
  async location(): Promise<string> {
    return encodeBase64url(await this.derive("Location", this.said, kLocation));
  }
  async cancelLocation(side: Side): Promise<string> {
    return encodeBase64url(await this.derive("Cancel", bytesOf(side), kLocation));
  }

  // isOwnTurn says whether the next message is ours to write: the sender's are 0, 2, 4 …
  isOwnTurn(): boolean {
    return (this.number % 2 === 0) === (this.own === "sender");
  }

  // seal returns the octets to be put at location() and goes on to the next message. Seal once and
  // keep what came out. Only in one's own turn.
  async seal(message: Uint8Array): Promise<Bytes> {
    require(this.isOwnTurn() && this.number + 1 < kCancelNumber, "the two sides take turns");
    const plaintext = frame(this.number, message);
    const sealed = await this.sealAt(await this.next(), plaintext);
    this.advance(plaintext);
    return sealed;
  }

  // open reads what lay at location() and goes on to the next message. Throws: cannot_open (whatever
  // is wrong), and nothing has changed.
  async open(sealed: Uint8Array): Promise<Bytes> {
    require(!this.isOwnTurn(), "the two sides take turns");
    const [plaintext, message] = await this.openAt(await this.next(), sealed);
    this.advance(plaintext);
    return message;
  }

  async sealCancel(side: Side, message: Uint8Array): Promise<Bytes> {
    return this.sealAt(await this.cancelOf(side), frame(kCancelNumber, message));
  }
  async openCancel(side: Side, sealed: Uint8Array): Promise<Bytes> {
    return (await this.openAt(await this.cancelOf(side), sealed))[1];
  }

  fromTheBeginning(): DropExchange {
    return new DropExchange(this.secret, this.suite, this.own);
  }

  // firstMessage is message 0; empty before it was written or read.
  firstMessage(): Bytes {
    if (this.said.length === 0) return new Uint8Array(0);
    const begin = 1 + (this.said[0] as number) + 6;
    const size = numberIn(this.said.subarray(begin - 4, begin));
    return this.said.slice(begin, begin + size);
  }

  // encode holds all that was said, not R; resume takes it up again. Throws: invalid.
  encode(): Bytes {
    return concat(numberBytes(this.number, 2), this.said);
  }
  static resume(secret: Uint8Array, suite: DropSuite, own: Side, said: Uint8Array): DropExchange {
    if (said.length < 2) throw fail("invalid", "the stored exchange is damaged");
    const exchange = new DropExchange(secret, suite, own);
    exchange.number = numberIn(said.subarray(0, 2));
    exchange.said = said.slice(2);
    return exchange;
  }

  // Expand-Label of RFC 8446, with the hash of `context`; R is the pseudorandom key itself.
  private async derive(label: string, context: Uint8Array, size: number): Promise<Bytes> {
    const name = bytesOf(`tls13 ${label}`);
    const hashed = await hash(this.row.hash, context);
    const info = concat(
      numberBytes(size, 2), numberBytes(name.length, 1), name, numberBytes(hashed.length, 1), hashed,
    );
    return hkdfExpand(this.secret, info, size, this.row.hash);
  }

  private async next(): Promise<Place> {
    return {key: await this.derive("Key", this.said, this.row.keySize), number: this.number};
  }
  private async cancelOf(side: Side): Promise<Place> {
    return {key: await this.derive("Cancel key", bytesOf(side), this.row.keySize), number: kCancelNumber};
  }

  // Key and nonce of one sealing, in the form of Oblivious HTTP.
  private async sealKeys(place: Place, salt: Uint8Array): Promise<[Bytes, Bytes]> {
    const prk = await hkdfExtract(salt, place.key, this.row.hash);
    return [
      await hkdfExpand(prk, bytesOf("key"), this.row.keySize, this.row.hash),
      await hkdfExpand(prk, bytesOf("nonce"), kIvSize, this.row.hash),
    ];
  }
  private get saltSize(): number {
    return Math.max(kIvSize, this.row.keySize);
  }

  private async sealAt(place: Place, plaintext: Uint8Array): Promise<Bytes> {
    const salt = randomBytes(this.saltSize);
    const [key, nonce] = await this.sealKeys(place, salt);
    return concat(salt, await sealAt(this.row.cipher, key, nonce, plaintext));
  }

  // The whole plaintext and the message in it.
  private async openAt(place: Place, sealed: Uint8Array): Promise<[Bytes, Bytes]> {
    const closed = fail("cannot_open", "the message does not open");
    if (sealed.length < this.saltSize) throw closed;
    const [key, nonce] = await this.sealKeys(place, sealed.subarray(0, this.saltSize));
    const plaintext = await openAt(this.row.cipher, key, nonce, sealed.subarray(this.saltSize));
    const message = unframe(plaintext, place.number);
    if (message === undefined) throw closed;
    return [plaintext, concat(message)];
  }

  private advance(plaintext: Uint8Array): void {
    this.said = concat(this.said, plaintext);
    ++this.number;
  }
}
