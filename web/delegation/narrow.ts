// A right inside another one (docs/lock.md): what a child states lies inside its parent's effective
// right, and what it does not state is that.

import {equal, type Bytes} from "../base/bytes.ts";
import {fail} from "../base/error.ts";
import {isOfOneLock, type DelegationRights} from "../transfer/delegation_rights.ts";
import {type Claims, type Hours} from "./link.ts";

// Effective is what a chain gives its last holder.
export interface Effective {
  nbf: number;
  exp: number;
  rights: DelegationRights;
}

function wider(right: string) {
  return fail("forbidden", `the delegation is wider than it may be: ${right}`, right);
}

function doorsAreIn(inner: readonly Bytes[], outer: readonly Bytes[]): boolean {
  return inner.every((door) => outer.some((other) => equal(door, other)));
}
// No hours are all hours.
function hoursAreIn(inner: Hours | undefined, outer: Hours | undefined): boolean {
  if (outer === undefined) return true;
  return inner !== undefined && inner.every(([from, to]) => outer.some(([begin, end]) => begin <= from && to <= end));
}
function isAtMost(inner: number | undefined, outer: number | undefined): boolean {
  return outer === undefined || (inner !== undefined && inner <= outer);
}

// rootOf reads the claims of a root, whose doors are there.
export function rootOf(claims: Claims): Effective {
  const {nbf, exp, depth = 0, doors = [], uses, hours, fresh} = claims;
  if (uses !== undefined && !isOfOneLock(doors)) throw wider("uses");
  return {nbf, exp, rights: {doors, depth, ...(uses && {uses}), ...(hours && {hours}), ...(fresh && {fresh})}};
}

// narrow puts the claims of the link `at` (1 or more) inside `above`. Throws: forbidden, the reason being the
// right that is wider: window, depth, doors, uses, hours, fresh.
export function narrow(above: Effective, claims: Claims, at: number): Effective {
  const {rights} = above;
  if (claims.nbf < above.nbf || claims.exp > above.exp) throw wider("window");
  if (rights.depth === 0 || (claims.depth ?? 0) > rights.depth - 1) throw wider("depth");
  const out: DelegationRights = {...rights, depth: claims.depth ?? rights.depth - 1};
  if (claims.doors !== undefined) {
    if (!doorsAreIn(claims.doors, rights.doors)) throw wider("doors");
    out.doors = claims.doors;
  }
  if (claims.uses !== undefined) {
    if (at > 1 || !isAtMost(claims.uses, rights.uses) || !isOfOneLock(out.doors)) throw wider("uses");
    out.uses = claims.uses;
  }
  if (claims.hours !== undefined) {
    if (!hoursAreIn(claims.hours, rights.hours)) throw wider("hours");
    out.hours = claims.hours;
  }
  if (claims.fresh !== undefined) {
    if (!isAtMost(claims.fresh, rights.fresh)) throw wider("fresh");
    out.fresh = claims.fresh;
  }
  return {nbf: claims.nbf, exp: claims.exp, rights: out};
}

// checkInside holds what came against what was offered. Throws: as narrow.
export function checkInside(inner: Effective, outer: Effective): void {
  const [mine, most] = [inner.rights, outer.rights];
  if (inner.nbf < outer.nbf || inner.exp > outer.exp) throw wider("window");
  if (mine.depth > most.depth) throw wider("depth");
  if (!doorsAreIn(mine.doors, most.doors)) throw wider("doors");
  if (!isAtMost(mine.uses, most.uses)) throw wider("uses");
  if (!hoursAreIn(mine.hours, most.hours)) throw wider("hours");
  if (!isAtMost(mine.fresh, most.fresh)) throw wider("fresh");
}
