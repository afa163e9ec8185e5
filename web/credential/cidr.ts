// Networks in CIDR notation, as keyferry/credential/cidr.h reads and writes them.

import {fail} from "../base/error.ts";

interface Network {
  octets: number[]; // 4 or 16
  prefix: number;
}

function parseV4(text: string): number[] | undefined {
  const parts = text.split(".");
  const sound = parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
  return sound ? parts.map(Number) : undefined;
}

// parseV6 reads groups of hex digits with at most one "::". A dotted tail is refused: such an address
// is IPv4 in disguise.
function parseV6(text: string): number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === "" ? [] : half.split(":")));
  const all = groups.flat();
  if (!all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  const missing = 8 - all.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const zeros = Array.from({length: missing}, () => "0");
  const whole = halves.length === 2 ? [...(groups[0] ?? []), ...zeros, ...(groups[1] ?? [])] : all;
  return whole.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]);
}

function encodeV6(octets: readonly number[]): string {
  const groups = Array.from({length: 8}, (_, i) => ((octets[2 * i] ?? 0) << 8) | (octets[2 * i + 1] ?? 0));
  let best = {at: -1, size: 1};
  for (let at = 0; at < 8; ++at) {
    let size = 0;
    while (at + size < 8 && groups[at + size] === 0) ++size;
    if (size > best.size) best = {at, size};
  }
  const hex = groups.map((group) => group.toString(16));
  if (best.at < 0) return hex.join(":");
  return `${hex.slice(0, best.at).join(":")}::${hex.slice(best.at + best.size).join(":")}`;
}

// Addresses that inet_ntop writes with a dotted tail: IPv4 inside IPv6.
function isMixed(octets: readonly number[]): boolean {
  if (octets.length !== 16) return false;
  const zero = (size: number) => octets.slice(0, size).every((octet) => octet === 0);
  const compatible = zero(12) && (octets[12] !== 0 || octets[13] !== 0);
  return compatible || (zero(10) && octets[10] === 255 && octets[11] === 255);
}

function bit(octets: readonly number[], i: number): number {
  return ((octets[i >> 3] ?? 0) >> (7 - (i & 7))) & 1;
}

function read(text: string): Network | undefined {
  const found = /^([^/]*)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text);
  if (found === null) return undefined;
  const address = found[1] as string;
  const octets = address.includes(":") ? parseV6(address) : parseV4(address);
  if (octets === undefined || isMixed(octets)) return undefined;
  const bits = octets.length * 8;
  const prefix = found[2] === undefined ? bits : Number(found[2]);
  if (prefix > bits) return undefined;
  for (let i = prefix; i < bits; ++i) if (bit(octets, i) !== 0) return undefined;
  return {octets, prefix};
}

// parseCidr returns the canonical form. Throws: invalid.
export function parseCidr(text: string): string {
  const network = read(text);
  if (network === undefined) throw fail("invalid", "a source is no network like 192.0.2.0/24");
  const {octets, prefix} = network;
  return `${octets.length === 4 ? octets.join(".") : encodeV6(octets)}/${prefix}`;
}

export function cidrContains(outer: string, inner: string): boolean {
  const wide = read(outer);
  const narrow = read(inner);
  if (wide === undefined || narrow === undefined) return false;
  if (wide.octets.length !== narrow.octets.length || wide.prefix > narrow.prefix) return false;
  for (let i = 0; i < wide.prefix; ++i) if (bit(wide.octets, i) !== bit(narrow.octets, i)) return false;
  return true;
}
