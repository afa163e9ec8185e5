// What a delegation may open, by the rules of keyferry/transfer/delegation_rights.h.

import {equal, type Bytes} from "../base/bytes.ts";
import {encodeBase64url, parseBase64url} from "../base/base64.ts";
import {fail} from "../base/error.ts";
import {encodeHex} from "../base/hex.ts";
import {newObject, type Json, type JsonObject} from "../codec/json.ts";
import {arrayMember, integerMember, optionalInteger} from "../codec/json_members.ts";

const kLockId = 16;
const kMostDoor = 32;
const kMostDoors = 8;
const kMostHours = 15;
const kWeek = 10080;
const kMembers = ["doors", "depth", "uses", "hours", "fresh"];

export const kDelegationKind = "delegation";

export interface DelegationRights {
  doors: readonly Bytes[]; // 1 to 8, ascending; each the lock's id (16 octets) and a name of 1 to 16 octets
  depth: number; // 0 to 7
  uses?: number; // 1 to 65535, doors of one lock
  // [from, to) in minutes of the lock's local week, 0 to 10080 from Monday on; ascending, with gaps between.
  hours?: readonly (readonly [number, number])[];
  fresh?: number; // 1 to 8760 hours
}

export function isOfOneLock(doors: readonly Bytes[]): boolean {
  const lock = doors[0]?.subarray(0, kLockId) ?? new Uint8Array(0);
  return doors.every((door) => equal(lock, door.subarray(0, kLockId)));
}

function wrong(name: string, what: string) {
  return fail("invalid", `right "${name}" ${what}`);
}

function listOf(rights: JsonObject, name: string, most: number): Json[] {
  const list = arrayMember(rights, name);
  if (list.length < 1 || list.length > most) throw wrong(name, `must be a list of 1 to ${most}`);
  return list;
}

function readDoors(rights: JsonObject): Bytes[] {
  const doors = listOf(rights, "doors", kMostDoors).map((item) => {
    if (typeof item !== "string") throw wrong("doors", "must hold base64url texts");
    const door = parseBase64url(item);
    if (door.length <= kLockId || door.length > kMostDoor) throw wrong("doors", "must hold doors of 17 to 32 octets");
    return door;
  });
  const texts = doors.map(encodeHex);
  if (texts.some((text, i) => i > 0 && (texts[i - 1] as string) >= text)) throw wrong("doors", "must ascend");
  return doors;
}

function readHours(rights: JsonObject): [number, number][] {
  let least = 0;
  const minute = (value: Json | undefined): number => {
    if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > kWeek) {
      throw wrong("hours", "must hold ascending minutes of the week with gaps between");
    }
    least = value + 1;
    return value;
  };
  return listOf(rights, "hours", kMostHours).map((item) => {
    if (!Array.isArray(item) || item.length !== 2) throw wrong("hours", "must hold pairs of minutes");
    return [minute(item[0]), minute(item[1])];
  });
}

// parseDelegationRights throws invalid for what a lock could not enforce.
export function parseDelegationRights(object: JsonObject): DelegationRights {
  if (Object.keys(object).some((name) => !kMembers.includes(name))) {
    throw fail("invalid", "a right that this version does not know");
  }
  const rights: DelegationRights = {doors: readDoors(object), depth: integerMember(object, "depth", 0, 7)};
  const fresh = optionalInteger(object, "fresh", 1, 8760);
  if (fresh !== undefined) rights.fresh = fresh;
  if (object["hours"] !== undefined) rights.hours = readHours(object);
  const uses = optionalInteger(object, "uses", 1, 65535);
  if (uses !== undefined) rights.uses = uses;
  if (uses !== undefined && !isOfOneLock(rights.doors)) throw wrong("uses", "needs doors of one lock");
  return rights;
}

export function encodeDelegationRights(rights: DelegationRights): JsonObject {
  const object = newObject({doors: rights.doors.map(encodeBase64url), depth: rights.depth});
  if (rights.uses !== undefined) object["uses"] = rights.uses;
  if (rights.hours !== undefined) object["hours"] = rights.hours.map(([from, to]) => [from, to]);
  if (rights.fresh !== undefined) object["fresh"] = rights.fresh;
  return object;
}
