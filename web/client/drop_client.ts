// The Draft R calls of a wallet: PUT, GET and DELETE of sealed octets at a location that only the two
// sides know (docs/dropbox.md). No claim, no request id, nothing that ties two calls together.

import {type Bytes} from "../base/bytes.ts";
import {fail} from "../base/error.ts";
import {errorOf, type Web, type WebRequest, type WebResponse} from "./web.ts";

const kOctets = "application/octet-stream";
const kWaitSeconds = 5;

export class DropClient {
  // `base` is the relay's address without a slash at its end.
  constructor(private readonly web: Web, private readonly base: string) {}

  // put lays `sealed` at `location`; the same octets again are no error. Throws: conflict with reason
  // `taken` (something else lies there).
  async put(location: string, sealed: Bytes): Promise<void> {
    const response = await this.send("PUT", location, {headers: {"Content-Type": kOctets}, body: sealed});
    if (response.status === 412) throw fail("conflict", "somebody else has written in our place", "taken");
    if (response.status < 200 || response.status > 299) throw errorOf(response);
  }

  // get returns what lies there, or nothing. With `wait` the relay may let us wait some seconds.
  async get(location: string, wait: boolean): Promise<Bytes | undefined> {
    const more = wait ? {headers: {Prefer: `wait=${kWaitSeconds}`}, timeoutSeconds: kWaitSeconds + 20} : {};
    const response = await this.send("GET", location, more);
    if (response.status === 404) return undefined;
    if (response.status !== 200) throw errorOf(response);
    return response.body;
  }

  // remove deletes what lies there, and says whether something did.
  async remove(location: string): Promise<boolean> {
    const response = await this.send("DELETE", location, {});
    if (response.status === 404) return false;
    if (response.status < 200 || response.status > 299) throw errorOf(response);
    return true;
  }

  private send(method: string, location: string, more: Partial<WebRequest>): Promise<WebResponse> {
    return this.web.send(() => ({method, url: `${this.base}/t/${location}`, ...more}));
  }
}
