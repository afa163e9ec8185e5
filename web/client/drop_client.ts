// The Draft R calls of a wallet: PUT, GET and DELETE of sealed octets at a location that only the two
// sides know (docs/dropbox.md). No claim, no request id, nothing that ties two calls together.

import {equal, type Bytes} from "../base/bytes.ts";
import {fail, type KeyferryError} from "../base/error.ts";
import {errorOf, fromBetween, type Web, type WebRequest, type WebResponse} from "./web.ts";

const kOctets = "application/octet-stream";
const kWaitSeconds = 5;
const kRaces = 3;

// Removed says what a DELETE found. An answer that was lost leaves open who removed it.
export type Removed = "yes" | "nothing" | "unknown";

function isThere(response: WebResponse): boolean {
  return response.status >= 200 && response.status < 300;
}

// A no without its own word is that of somebody on the way.
function refusalOf(response: WebResponse): KeyferryError {
  const error = errorOf(response);
  const later = response.status >= 500 || response.status === 429;
  return error.reason === "" && !later ? fromBetween(error.detail) : error;
}

export class DropClient {
  // `base` is the relay's address without a slash at its end.
  constructor(private readonly web: Web, private readonly base: string) {}

  // put lays `sealed` at `location`; the same octets again are no error, also at a relay that tells
  // nobody that they are the same: then it reads what lies there. What is gone by then was fetched, or
  // was not ours, and the place is free again. Throws: conflict with reason `taken` (something else
  // lies there); forbidden with reason `no_dropbox`.
  async put(location: string, sealed: Bytes): Promise<void> {
    for (let round = 0; round < kRaces; ++round) {
      const response = await this.send("PUT", location, {headers: {"Content-Type": kOctets}, body: sealed});
      if (isThere(response)) return;
      if (response.status === 404 || response.status === 405) throw fail("forbidden", "it has no dropbox (Draft R)", "no_dropbox");
      if (response.status !== 412) throw refusalOf(response);
      const found = await this.get(location, false);
      if (found === undefined) continue;
      if (equal(found, sealed)) return;
      break;
    }
    throw fail("conflict", "somebody else has written in our place", "taken");
  }

  // get returns what lies there, or nothing. With `wait` the relay may let us wait some seconds.
  async get(location: string, wait: boolean): Promise<Bytes | undefined> {
    const more = wait ? {headers: {Prefer: `wait=${kWaitSeconds}`}, timeoutSeconds: kWaitSeconds + 20} : {};
    const response = await this.send("GET", location, more);
    if (response.status === 404) return undefined;
    if (response.status !== 200) throw refusalOf(response);
    return response.body;
  }

  // remove deletes what lies there, and says whether something did.
  async remove(location: string): Promise<Removed> {
    const response = await this.send("DELETE", location, {});
    if (isThere(response)) return "yes";
    if (response.status !== 404) throw refusalOf(response);
    return response.repeated ? "unknown" : "nothing";
  }

  private send(method: string, location: string, more: Partial<WebRequest>): Promise<WebResponse> {
    return this.web.send(() => ({method, url: `${this.base}/t/${location}`, ...more}));
  }
}
