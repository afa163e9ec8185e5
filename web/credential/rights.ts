// Rights are data with an order: what a credential gives is never more than what a person approved.
// A receiver reads complete rights and compares them; making them is the sender's business
// (keyferry/credential/rights.h).

import {fail, inContext} from "../base/error.ts";
import {newObject, type JsonObject} from "../codec/json.ts";
import {textMember, textsMember} from "../codec/json_members.ts";
import {cidrContains} from "./cidr.ts";

// RightValue is one text (a command) or a set of texts (logins), ascending, each once.
export type RightValue = string | readonly string[];

export interface Right {
  name: string;
  // What "narrower or equal" means: each text is one of the other's; each network lies in one of the
  // other's; the same text.
  order: "subset" | "networks" | "fixed";
  required: boolean; // complete rights hold it
  parseText(text: string): string; // the canonical form. Throws: invalid
  least?: number; // texts in a set; 1 if not said
}

export interface RightsSchema {
  verifier: string;
  rights: readonly Right[];
  checkWhole(rights: Rights): void; // Throws: invalid
}

const kMostTexts = 64;

// Rights are complete: every required right is there, every text is canonical.
export class Rights {
  constructor(private readonly values: ReadonlyMap<string, RightValue>) {}

  texts(name: string): readonly string[] | undefined {
    const value = this.values.get(name);
    return typeof value === "string" ? undefined : value;
  }
  text(name: string): string | undefined {
    const value = this.values.get(name);
    return typeof value === "string" ? value : undefined;
  }
  has(name: string): boolean {
    return this.values.has(name);
  }
  // encode writes members and sets in ascending order: equal rights, equal JSON.
  encode(): JsonObject {
    const object = newObject();
    for (const name of [...this.values.keys()].sort()) {
      const value = this.values.get(name) as RightValue;
      object[name] = typeof value === "string" ? value : [...value];
    }
    return object;
  }
}

function readSet(right: Right, object: JsonObject): string[] {
  const asked = textsMember(object, right.name);
  const least = right.least ?? 1;
  if (asked.length < least || asked.length > kMostTexts) {
    throw fail("invalid", `it must name ${least} to ${kMostTexts}, not ${asked.length}`);
  }
  return [...new Set(asked.map((text) => right.parseText(text)))].sort();
}

function readValue(right: Right, object: JsonObject): RightValue {
  try {
    if (right.order !== "fixed") return readSet(right, object);
    return right.parseText(textMember(object, right.name));
  } catch (error) {
    throw inContext(`right "${right.name}"`, error);
  }
}

// parseRights reads complete rights, as offers, answers and records carry them. Throws: forbidden,
// reason right_not_enforceable (a name that the schema does not list); invalid.
export function parseRights(schema: RightsSchema, object: JsonObject): Rights {
  const values = new Map<string, RightValue>();
  for (const name of Object.keys(object)) {
    const right = schema.rights.find((row) => row.name === name);
    if (right === undefined) {
      throw fail("forbidden", `${schema.verifier} cannot enforce a right that is named`, "right_not_enforceable");
    }
    values.set(name, readValue(right, object));
  }
  for (const right of schema.rights) {
    if (right.required && !values.has(right.name)) {
      throw fail("invalid", `right "${right.name}" is missing`);
    }
  }
  const rights = new Rights(values);
  schema.checkWhole(rights);
  return rights;
}

function allows(right: Right, parent: Rights, child: Rights): boolean {
  if (!parent.has(right.name)) return true; // no limit
  if (!child.has(right.name)) return false;
  if (right.order === "fixed") return parent.text(right.name) === child.text(right.name);
  const outer = parent.texts(right.name) ?? [];
  const inside = (text: string) =>
    right.order === "subset" ? outer.includes(text) : outer.some((network) => cidrContains(network, text));
  return (child.texts(right.name) ?? []).every(inside);
}

// checkNarrower throws forbidden, reason wider_than_parent, where `child` is more than `parent`.
export function checkNarrower(schema: RightsSchema, parent: Rights, child: Rights): void {
  const wider = schema.rights.find((right) => !allows(right, parent, child));
  if (wider !== undefined) {
    throw fail("forbidden", `right "${wider.name}": more than was approved`, "wider_than_parent");
  }
}
