// CPace, a balanced PAKE (draft-irtf-cfrg-cpace), suite CPACE-RISTR255-SHA512, initiator-responder
// order, as in keyferry/crypto/cpace.h. This file is loaded only for a share with a code. Names
// follow the draft: lv_cat, generator_string, ISK.

import {ed25519, RistrettoPoint} from "@noble/curves/ed25519";

import {bytesOf, concat, type Bytes} from "../base/bytes.ts";
import {fail} from "../base/error.ts";
import {hash} from "./hash.ts";
import {randomBytes} from "./random.ts";

const kDsi = bytesOf("CPaceRistretto255");
const kDsiIsk = bytesOf("CPaceRistretto255_ISK");
const kHashBlock = 128; // input block size of SHA-512 (s_in_bytes)
const kOrder = ed25519.CURVE.n;

export interface CpaceInput {
  prs: Uint8Array; // the code
  ci: Uint8Array; // channel identifier
  sid: Uint8Array; // session id
}

// prepend_len: the length in LEB128, then the octets.
function prependLen(part: Uint8Array): Bytes {
  const length: number[] = [];
  let size = part.length;
  do {
    const low = size & 0x7f;
    size >>= 7;
    length.push(size > 0 ? low | 0x80 : low);
  } while (size > 0);
  return concat(Uint8Array.from(length), part);
}

function lvCat(...parts: readonly Uint8Array[]): Bytes {
  return concat(...parts.map(prependLen));
}

function scalarOf(octets: Uint8Array): bigint {
  return [...octets].reverse().reduce((value, octet) => (value << 8n) | BigInt(octet), 0n);
}

// multiply refuses what is not an element and a neutral result. Throws: invalid, reason code.
function multiply(scalar: Uint8Array, element: Uint8Array): Bytes {
  const wrong = fail("invalid", "the other side's code share is not usable", "code");
  let product;
  try {
    product = RistrettoPoint.fromHex(element).multiply(scalarOf(scalar));
  } catch {
    throw wrong;
  }
  if (product.equals(RistrettoPoint.ZERO)) throw wrong;
  return concat(product.toRawBytes());
}

// cpaceGenerator is the draft's calculate_generator, encoded.
export async function cpaceGenerator(input: CpaceInput): Promise<Bytes> {
  const used = input.prs.length + 1 + kDsi.length + 1 + 1;
  const padding = new Uint8Array(Math.max(0, kHashBlock - used));
  const string = lvCat(kDsi, input.prs, padding, input.ci, input.sid);
  return concat(RistrettoPoint.hashToCurve(await hash("SHA-512", string)).toRawBytes());
}

// randomScalar is uniform among 1 … order - 1, as 32 octets, lowest first.
export function randomScalar(): Bytes {
  for (;;) {
    const octets = randomBytes(32);
    octets[31] = (octets[31] as number) & 0x1f;
    const value = scalarOf(octets);
    if (value > 0n && value < kOrder) return octets;
  }
}

// cpaceShare is Ya or Yb. Throws: invalid (a scalar that is not reduced, or zero).
export async function cpaceShare(input: CpaceInput, scalar: Uint8Array): Promise<Bytes> {
  const value = scalarOf(scalar);
  if (scalar.length !== 32 || value === 0n || value >= kOrder) {
    throw fail("invalid", "the stored code scalar is damaged");
  }
  return multiply(scalar, await cpaceGenerator(input));
}

// cpaceKey is ISK, 64 octets, of the side that holds `scalar` and got `other`; ya and yb are both
// shares, `ada` and `adb` both sides' associated data. Throws: invalid, reason code.
export function cpaceKey(
  sid: Uint8Array, scalar: Uint8Array, other: Uint8Array, ya: Uint8Array, yb: Uint8Array,
  ada: Uint8Array = new Uint8Array(0), adb: Uint8Array = new Uint8Array(0),
): Promise<Bytes> {
  return hash("SHA-512", lvCat(kDsiIsk, sid, multiply(scalar, other), ya, ada, yb, adb));
}
