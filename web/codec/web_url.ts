// The few things a caller needs to know about an https URL, by the rules of keyferry/codec/web_url.h.

import {fail} from "../base/error.ts";

export interface WebUrl {
  origin: string; // "https://host:port", lower case, default port left out
  host: string; // "auth.example", "[2001:db8::1]"
  path: string; // "" or begins with '/', without query
  query: string; // without '?'
}

const kForm = /^https:\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?((?:\/[^?#]*)?)(?:\?([^#]*))?$/i;
const kPathAndQuery = /^(?:[a-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9a-f]{2})*$/i;
const kMost = 2048;

// parseWebUrl reads an absolute https URL without user information and fragment. A browser's page
// never speaks http. Throws: invalid.
export function parseWebUrl(text: string): WebUrl {
  const wrong = fail("invalid", "not an https address");
  const found = text.length <= kMost ? kForm.exec(text) : null;
  if (found === null) throw wrong;
  const host = (found[1] as string).toLowerCase();
  const port = found[2] === undefined ? 443 : Number(found[2]);
  const path = found[3] as string;
  const query = found[4] ?? "";
  if (port < 1 || port > 65535 || !kPathAndQuery.test(path + query) || !isHost(host)) throw wrong;
  return {origin: `https://${host}${port === 443 ? "" : `:${port}`}`, host, path, query};
}

// The URL of the platform settles what an address in brackets is.
function isHost(host: string): boolean {
  if (!host.startsWith("[")) return true;
  try {
    return new URL(`https://${host}/`).hostname !== "";
  } catch {
    return false;
  }
}

// isLocal says whether a host, by its spelling, lies on this machine or in a private network: the
// person is told, since a link from outside has no business there.
export function isLocal(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "");
  if (bare.includes(":")) return /^(::1?$|f[cd]|fe[89ab]|::ffff:)/i.test(bare);
  if (/^[0-9.]+$/.test(bare)) {
    return /^(0|10|127)\.|^169\.254\.|^192\.168\.|^172\.(1[6-9]|2\d|3[01])\.|^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./.test(bare);
  }
  return !bare.includes(".") || /\.(localhost|local|internal|home\.arpa)\.?$/.test(bare);
}
