// When a share and its credential are valid: half open, from `from` up to, not including, `until`.

import {fail} from "../base/error.ts";
import {encodeRfc3339, type Time} from "../codec/rfc3339.ts";

export interface Window {
  from: Time;
  until: Time;
}

// How far a verifier's clock may be behind at the start of a window; at its end nothing is allowed.
export const kWindowSkew = 120;

// checkWindowInside throws forbidden, reason wider_than_parent, unless `child` lies in `parent`.
export function checkWindowInside(parent: Window, child: Window): void {
  const [bad, other] =
    child.from < parent.from ? [child.from, parent.from]
    : child.until > parent.until ? [child.until, parent.until]
    : [undefined, 0];
  if (bad === undefined) return;
  const when = `${encodeRfc3339(bad)}, beyond ${encodeRfc3339(other)}`;
  throw fail("forbidden", `window: the share would reach to ${when}`, "wider_than_parent");
}
