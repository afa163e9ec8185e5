// What a delegation may open, by the rules of keyferry/transfer/delegation_rights.h.

import {equal, type Bytes} from "../base/bytes.ts";
import {parseBase64url} from "../base/base64.ts";
import {fail} from "../base/error.ts";
import {encodeHex} from "../base/hex.ts";
import {type Json, type JsonObject} from "../codec/json.ts";
import {arrayMember, integerMember, optionalInteger} from "../codec/json_members.ts";

const kLockId = 16;
const kMostDoor = 32;
const kMostDoors = 8;
const kMostHours = 15;
const kWeek = 10080;
const kMembers = ["doors", "depth", "uses", "hours", "fresh"];

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

function checkHours(rights: JsonObject): void {
  let least = 0;
  const minute = (value: Json | undefined) => {
    if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > kWeek) {
      throw wrong("hours", "must hold ascending minutes of the week with gaps between");
    }
    least = value + 1;
  };
  for (const item of listOf(rights, "hours", kMostHours)) {
    if (!Array.isArray(item) || item.length !== 2) throw wrong("hours", "must hold pairs of minutes");
    item.forEach(minute);
  }
}

// checkDelegationRights throws invalid for what a lock could not enforce.
export function checkDelegationRights(rights: JsonObject): void {
  if (Object.keys(rights).some((name) => !kMembers.includes(name))) {
    throw fail("invalid", "a right that this version does not know");
  }
  const doors = readDoors(rights);
  integerMember(rights, "depth", 0, 7);
  optionalInteger(rights, "fresh", 1, 8760);
  if (rights["hours"] !== undefined) checkHours(rights);
  const lock = (doors[0] as Bytes).subarray(0, kLockId);
  if (optionalInteger(rights, "uses", 1, 65535) !== undefined && !doors.every((door) => equal(lock, door.subarray(0, kLockId)))) {
    throw wrong("uses", "needs doors of one lock");
  }
}
