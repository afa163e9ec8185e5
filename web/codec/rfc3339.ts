// Instants as text: RFC 3339 in UTC with whole seconds, "2026-11-25T10:00:00Z". An instant is a
// number of Unix seconds.

import {fail} from "../base/error.ts";

export type Time = number;

const kForm = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})Z$/;

// parseRfc3339 throws invalid for any other form and for a date or an hour that does not exist. A
// leap second is the second before it.
export function parseRfc3339(text: string): Time {
  const found = kForm.exec(text);
  if (found === null) {
    throw fail("invalid", "a time must look like 2026-11-25T10:00:00Z: UTC, whole seconds");
  }
  const [year, month, day, hour, minute, second] = found.slice(1).map(Number) as [
    number, number, number, number, number, number,
  ];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && month > 0;
  if (!exists || hour > 23 || minute > 59 || second > 60) {
    throw fail("invalid", "the time names a date or an hour that does not exist");
  }
  return date.getTime() / 1000 + hour * 3600 + minute * 60 + Math.min(second, 59);
}

export function encodeRfc3339(time: Time): string {
  return new Date(Math.floor(time) * 1000).toISOString().replace(/\.\d+Z$/, "Z");
}
