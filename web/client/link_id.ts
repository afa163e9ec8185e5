// What a transfer is called here: the same link again goes on where it was.

import {bytesOf} from "../base/bytes.ts";
import {encodeHex} from "../base/hex.ts";
import {sha256} from "../crypto/hash.ts";
import {DropExchange} from "../transfer/drop_exchange.ts";
import {mailboxUrl, type ShareLink} from "../transfer/share_link.ts";

// idOfLink names the transfer of a link that has its secret: of a dropbox, the place is known with the
// secret alone.
export async function idOfLink(link: ShareLink): Promise<string> {
  return encodeHex((await sha256(bytesOf(await placeOf(link)))).subarray(0, 10));
}

async function placeOf(link: ShareLink): Promise<string> {
  if (link.form === "mailbox" || link.secret === undefined || link.suite === undefined) return mailboxUrl(link);
  return `${link.base}/t/${await new DropExchange(link.secret, link.suite, "receiver").location()}`;
}
