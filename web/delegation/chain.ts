// A chain of links, root first, as a wallet checks one that it is given.

import {equal, type Bytes} from "../base/bytes.ts";
import {fail} from "../base/error.ts";
import {sha256} from "../crypto/hash.ts";
import {parsePublicKey, type PublicKey} from "../crypto/key.ts";
import {cborArray, cborBytes, CborReader, kArray, wrongForm} from "./cbor.ts";
import {parseLink, type Link} from "./link.ts";
import {narrow, rootOf, type Effective} from "./narrow.ts";
import {thumbprintOf, verifyDelegation} from "./sign1.ts";

const kMostLinks = 8;
const kMostChain = 3072; // octets as encoded

export interface CheckedChain {
  effective: Effective; // what its last holder has
  holder: PublicKey;
  signer: PublicKey; // of the last link
  id: Bytes; // of the last link: what a lock's log and a deny list call it
}

export function encodeChain(links: readonly Uint8Array[]): Bytes {
  return cborArray(...links.map(cborBytes));
}

// parseChain reads the array only. Throws: invalid, reason `form`.
export function parseChain(octets: Uint8Array): Bytes[] {
  const reader = new CborReader(octets);
  const links = Array.from({length: reader.size(kArray, 0, kMostLinks)}, () => reader.bytes(1, kMostChain));
  reader.finish();
  return links;
}

// The form of all links comes before anything that a link means.
function parseLinks(links: readonly Uint8Array[]): Link[] {
  return links.map((octets, at) => {
    const link = parseLink(octets);
    const root = at === 0;
    const asItsPlace = (link.sign1.signer !== undefined) === root && (link.claims.prev === undefined) === root;
    if (!asItsPlace || (root && link.claims.doors === undefined)) throw wrongForm();
    return link;
  });
}

async function keyIn(link: Link): Promise<PublicKey> {
  try {
    return await parsePublicKey("p256", link.claims.cnf);
  } catch {
    throw fail("invalid", "a key in it is no point of the curve", "point");
  }
}

// checkChain checks everything but time, lists and the lock's own affairs, from the root on, whose signer
// must be `owner`. Throws: invalid or forbidden, the reason as a lock names it: form, owner, prev, window,
// depth, doors, uses, hours, fresh, point, signature.
export async function checkChain(links: readonly Bytes[], owner: PublicKey): Promise<CheckedChain> {
  if (links.length === 0 || links.length > kMostLinks || encodeChain(links).length > kMostChain) throw wrongForm();
  let above: CheckedChain | undefined;
  for (const [at, link] of parseLinks(links).entries()) {
    const signer = above?.holder ?? owner;
    const thumbprint = await thumbprintOf(signer);
    if (above === undefined && !equal(link.sign1.signer as Bytes, thumbprint)) {
      throw fail("forbidden", "another key than the owner's signed the root", "owner");
    }
    if (above !== undefined && !equal(link.claims.prev as Bytes, await sha256(links[at - 1] as Bytes))) {
      throw fail("forbidden", "a link belongs below another one", "prev");
    }
    const effective = above === undefined ? rootOf(link.claims) : narrow(above.effective, link.claims, at);
    if (!(await verifyDelegation(link.sign1, signer))) {
      throw fail("forbidden", "a link's signature does not fit", "signature");
    }
    const id = (await sha256(thumbprint, link.claims.cti)).subarray(0, 16);
    above = {effective, holder: await keyIn(link), signer, id};
  }
  return above as CheckedChain;
}
