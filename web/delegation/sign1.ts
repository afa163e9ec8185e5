// COSE_Sign1 (RFC 9052) and COSE_Key as delegations have them (docs/lock.md): ES256 over P-256, untagged,
// no unprotected header, and a protected one that names the signer or does not.

import {bytesOf, concat, equal, type Bytes} from "../base/bytes.ts";
import {sha256} from "../crypto/hash.ts";
import {verify, type PublicKey} from "../crypto/key.ts";
import {cborArray, cborBytes, cborText, CborReader, kArray, wrongForm} from "./cbor.ts";

const kDelegationAad = bytesOf("keyferry delegation v1");
const kKeyBegin = [0xa4, 0x01, 0x02, 0x20, 0x01, 0x21, 0x58, 0x20];
const kKeyMiddle = [0x22, 0x58, 0x20];
const kUnnamed = new Uint8Array([0xa1, 0x01, 0x26]); // {1: -7}
const kNamed = new Uint8Array([0xa2, 0x01, 0x26, 0x04, 0x58, 0x20]); // {1: -7, 4: 32 octets}

// readCoseKey returns 04 ‖ x ‖ y; whether it is a point is not looked at.
export function readCoseKey(reader: CborReader): Bytes {
  reader.exactly(...kKeyBegin);
  const x = reader.take(32);
  reader.exactly(...kKeyMiddle);
  return concat(new Uint8Array([4]), x, reader.take(32));
}

// thumbprintOf a P-256 key is SHA-256 of its COSE_Key (RFC 9679).
export function thumbprintOf(key: PublicKey): Promise<Bytes> {
  const [x, y] = [key.raw.subarray(1, 33), key.raw.subarray(33)];
  return sha256(new Uint8Array(kKeyBegin), x, new Uint8Array(kKeyMiddle), y);
}

export interface Sign1 {
  header: Bytes; // the protected header's content
  signer?: Bytes; // the thumbprint that it names
  payload: Bytes;
  signature: Bytes;
}

// parseSign1 reads one of at most `most` octets. Throws: invalid, reason `form`.
export function parseSign1(octets: Uint8Array, most: number): Sign1 {
  if (octets.length > most) throw wrongForm();
  const reader = new CborReader(octets);
  reader.size(kArray, 4, 4);
  const header = reader.bytes(0, 64);
  reader.exactly(0xa0);
  const sign1 = {header, payload: reader.bytes(0, most), signature: reader.bytes(64, 64)};
  reader.finish();
  if (equal(header, kUnnamed)) return sign1;
  const signer = header.subarray(kNamed.length);
  if (signer.length !== 32 || !equal(header.subarray(0, kNamed.length), kNamed)) throw wrongForm();
  return {...sign1, signer};
}

// verifyDelegation says whether `key` signed this as a delegation.
export function verifyDelegation(sign1: Sign1, key: PublicKey): Promise<boolean> {
  const {header, payload, signature} = sign1;
  const signed = cborArray(cborText(bytesOf("Signature1")), cborBytes(header), cborBytes(kDelegationAad), cborBytes(payload));
  return verify(key, signed, signature);
}
