// Readers of one member of an object. A missing or wrongly typed member is `invalid`, with a detail
// like: member "expires" is missing. An optional member that is there must have its type: null is
// refused.

import {type Bytes} from "../base/bytes.ts";
import {parseBase64url} from "../base/base64.ts";
import {fail} from "../base/error.ts";
import {isObject, type Json, type JsonObject} from "./json.ts";

function mistyped(name: string, wanted: string) {
  return fail("invalid", `member "${name}" must be ${wanted}`);
}

function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw fail("invalid", `member "${name}" is missing`);
  return value;
}

export function optionalText(object: JsonObject, name: string): string | undefined {
  const value = object[name];
  if (value !== undefined && typeof value !== "string") throw mistyped(name, "a string");
  return value;
}

export function textMember(object: JsonObject, name: string): string {
  return required(optionalText(object, name), name);
}

export function optionalInteger(object: JsonObject, name: string, least: number, most: number) {
  const value = object[name];
  if (value === undefined) return undefined;
  if (typeof value !== "number" || value < least || value > most) {
    throw mistyped(name, `an integer from ${least} to ${most}`);
  }
  return value;
}

export function integerMember(object: JsonObject, name: string, least: number, most: number): number {
  return required(optionalInteger(object, name, least, most), name);
}

export function optionalBool(object: JsonObject, name: string): boolean | undefined {
  const value = object[name];
  if (value !== undefined && typeof value !== "boolean") throw mistyped(name, "true or false");
  return value;
}

export function optionalObject(object: JsonObject, name: string): JsonObject | undefined {
  const value = object[name];
  if (value === undefined) return undefined;
  if (!isObject(value)) throw mistyped(name, "an object");
  return value;
}

export function objectMember(object: JsonObject, name: string): JsonObject {
  return required(optionalObject(object, name), name);
}

export function arrayMember(object: JsonObject, name: string): Json[] {
  const value = required(object[name], name);
  if (!Array.isArray(value)) throw mistyped(name, "an array");
  return value;
}

export function textsMember(object: JsonObject, name: string): string[] {
  const value = required(object[name], name);
  const texts = Array.isArray(value) ? value : [null];
  if (!texts.every((text): text is string => typeof text === "string")) {
    throw mistyped(name, "an array of strings");
  }
  return texts;
}

// octetsMember reads base64url without padding of exactly `size` octets (0: any size).
export function octetsMember(object: JsonObject, name: string, size: number): Bytes {
  const text = textMember(object, name);
  let octets: Bytes;
  try {
    octets = parseBase64url(text);
  } catch {
    throw mistyped(name, "base64url without padding");
  }
  if (size !== 0 && octets.length !== size) throw mistyped(name, `base64url of ${size} octets`);
  return octets;
}
