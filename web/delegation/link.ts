// One link of a delegation: the claims of a CWT that its signer signed (docs/lock.md, "Octets").

import {textOf, type Bytes} from "../base/bytes.ts";
import {encodeHex} from "../base/hex.ts";
import {CborReader, kArray, kMap, kNegative, kNumber, kText, wrongForm} from "./cbor.ts";
import {parseSign1, readCoseKey, type Sign1} from "./sign1.ts";

const kMostLink = 3072;
const kLatest = 2 ** 32 - 1;
const kWeek = 10080;
const kControl = /\p{Cc}/u;

export type Hours = readonly (readonly [number, number])[];

// Claims: what is absent is not stated.
export interface Claims {
  exp: number;
  nbf: number;
  cti: Bytes;
  cnf: Bytes; // the holder's key, 04 ‖ x ‖ y
  prev?: Bytes;
  depth?: number;
  doors?: Bytes[];
  uses?: number;
  hours?: Hours;
  fresh?: number;
  label?: string;
}

export interface Link {
  claims: Claims;
  sign1: Sign1;
}

function readDoors(reader: CborReader): Bytes[] {
  const doors: Bytes[] = [];
  for (let left = reader.size(kArray, 1, 8); left > 0; --left) {
    const door = reader.bytes(17, 32);
    const before = doors.at(-1);
    if (before !== undefined && encodeHex(before) >= encodeHex(door)) throw wrongForm();
    doors.push(door);
  }
  return doors;
}

function readHours(reader: CborReader): Hours {
  const hours: [number, number][] = [];
  let least = 0;
  for (let left = reader.size(kArray, 1, 15); left > 0; --left) {
    reader.size(kArray, 2, 2);
    const from = reader.number(least, kWeek - 1);
    const to = reader.number(from + 1, kWeek);
    hours.push([from, to]);
    least = to + 1;
  }
  return hours;
}

function readLabel(reader: CborReader): string {
  let label: string;
  try {
    label = textOf(reader.take(reader.size(kText, 0, 64)));
  } catch {
    throw wrongForm();
  }
  if (kControl.test(label)) throw wrongForm();
  return label;
}

function readHolder(reader: CborReader): Bytes {
  reader.exactly(0xa1, 0x01);
  return readCoseKey(reader);
}

// In the order of deterministic CBOR.
const kClaims: readonly {label: number; name: keyof Claims; read: (reader: CborReader) => unknown}[] = [
  {label: 4, name: "exp", read: (reader) => reader.number(0, kLatest)},
  {label: 5, name: "nbf", read: (reader) => reader.number(0, kLatest)},
  {label: 7, name: "cti", read: (reader) => reader.bytes(16, 16)},
  {label: 8, name: "cnf", read: readHolder},
  {label: -65537, name: "prev", read: (reader) => reader.bytes(32, 32)},
  {label: -65538, name: "depth", read: (reader) => reader.number(0, 7)},
  {label: -65539, name: "doors", read: readDoors},
  {label: -65540, name: "uses", read: (reader) => reader.number(1, 65535)},
  {label: -65541, name: "hours", read: readHours},
  {label: -65542, name: "fresh", read: (reader) => reader.number(1, 8760)},
  {label: -65543, name: "label", read: readLabel},
];

// parseLink. Throws: invalid, reason `form`.
export function parseLink(octets: Uint8Array): Link {
  const sign1 = parseSign1(octets, kMostLink);
  const reader = new CborReader(sign1.payload);
  const read: Partial<Record<keyof Claims, unknown>> = {};
  let next = 0;
  for (let left = reader.size(kMap, 0, kClaims.length); left > 0; --left) {
    const label = reader.nextIs(kNegative) ? -1 - reader.head(kNegative) : reader.head(kNumber);
    const at = kClaims.findIndex((claim) => claim.label === label);
    const claim = kClaims[at];
    if (claim === undefined || at < next) throw wrongForm();
    next = at + 1;
    read[claim.name] = claim.read(reader);
  }
  reader.finish();
  if ([read.exp, read.nbf, read.cti, read.cnf].includes(undefined)) throw wrongForm();
  const claims = read as unknown as Claims;
  if (claims.nbf >= claims.exp) throw wrongForm();
  return {claims, sign1};
}
