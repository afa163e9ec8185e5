// The link that goes from person to person, read by the rules of keyferry/transfer/share_link.h:
//
//   https://HOST[:PORT][/BASE]/v1/m/UUID[?v=VERTICAL]#SECRET       a mailbox
//   https://HOST[:PORT][/BASE]/t/[?v=VERTICAL]#SUITE.R             a dropbox (Draft R)
//
// Repairs of the text as a whole are in codec/pasted_uri; here the parts are taken apart, and whatever
// would need a guess is refused by name.

import {bytesOf, equal, type Bytes} from "../base/bytes.ts";
import {encodeBase64, encodeBase64url, parseBase64Any} from "../base/base64.ts";
import {asError, fail, type KeyferryError} from "../base/error.ts";
import {parseUuid} from "../base/uuid.ts";
import {isBasePath, parseHttpsHostPort} from "../codec/host.ts";
import {findUris, onOneLine, withoutMarks, type PastedUri} from "../codec/pasted_uri.ts";
import {plainText} from "../codec/plain_text.ts";
import {kDropSecretSize, parseSuite, type DropSuite} from "./drop_suite.ts";
import {checkHolds, type LinkForm} from "./share_secret.ts";

export interface ShareLink {
  form: LinkForm;
  base: string; // everything before "/v1/m/" or "/t/", without a slash at its end
  mailbox: string; // UUID, of a mailbox
  vertical: string; // "a", "h", "c"; "" for none and for unknown ones
  secret?: Bytes; // 16 or 32 octets; none: it comes by another channel
  suite?: DropSuite; // comes with the secret of a dropbox
}

// ReadLink is a link and what the reader has to tell the person about it.
export interface ReadLink {
  link: ShareLink;
  secretWasInPath: boolean; // came as %23: a server may have seen the secret
  looksDamaged: boolean; // a secret of our shape whose check fails: ask before going on
}

export interface ReadSecret {
  secret: Bytes;
  suite?: DropSuite;
  looksDamaged: boolean;
}

const kMostOctets = 4096;
const kMostMessage = 64 << 10;
const kSecretLength = 43; // 32 octets without padding
const kPlainSecretLength = 22; // 16 octets without padding
const kScheme = "https://";

function notALink(why: string): KeyferryError {
  return fail("invalid", `this is not a share link (${why})`, "not_a_link");
}

function cut(): KeyferryError {
  return fail("invalid", "the last part of this link is missing", "cut");
}

function damaged(why: string): KeyferryError {
  return fail("invalid", `this link looks damaged (${why})`, "damaged");
}

function newer(why: string): KeyferryError {
  return fail("invalid", `this link was made by a newer version (${why})`, "newer");
}

// host[:port] in its one spelling. Not quoted: what was meant to stand behind the # may have come into it.
function parseAuthority(text: string): string {
  try {
    return parseHttpsHostPort(text);
  } catch {
    throw notALink("its host is neither a name nor an address");
  }
}

interface Parts {
  address: string; // before '#' and '?', without scheme
  query: string;
  fragment?: string;
  secretWasInPath: boolean;
}

function split(text: string): Parts {
  let mark = text.indexOf("#");
  let width = 1;
  let secretWasInPath = false;
  if (mark < 0) {
    const place = text.search(/\/[mt]\//);
    mark = place < 0 ? -1 : text.indexOf("%23", place);
    width = 3;
    secretWasInPath = mark >= 0;
  }
  const before = mark < 0 ? text : text.slice(0, mark);
  const query = before.indexOf("?");
  return {
    address: query < 0 ? before : before.slice(0, query),
    query: query < 0 ? "" : before.slice(query + 1),
    ...(mark < 0 ? {} : {fragment: text.slice(mark + width)}),
    secretWasInPath,
  };
}

function verticalOf(query: string): string {
  return /^v=([ahc])$/.exec(query.split("&").find((item) => /^v=[ahc]$/.test(item)) ?? "")?.[1] ?? "";
}

// isStartOfUuid: more hex digits and hyphens could make it a UUID.
function isStartOfUuid(text: string): boolean {
  const sample = "00000000-0000-0000-0000-000000000000";
  return text.length < sample.length && parseUuid(text + sample.slice(text.length)) !== undefined;
}

function parseMailbox(text: string, atEnd: boolean): string {
  const bare = text.endsWith("/") ? text.slice(0, -1) : text;
  const mailbox = parseUuid(bare);
  if (mailbox !== undefined) return mailbox;
  if (atEnd && isStartOfUuid(bare)) throw cut();
  throw damaged("the mailbox in it is not a UUID");
}

// The path up to "/m/" without a version, or why it is none of ours.
function parseBasePath(path: string): string {
  const version = path.slice(path.lastIndexOf("/") + 1);
  const base = version === "v1" ? path.slice(0, Math.max(0, path.lastIndexOf("/"))) : path;
  if (version !== "v1" && /^v[0-9]+$/.test(version)) throw newer(version);
  if (!isBasePath(base)) throw notALink("its path is none that a relay has");
  return base;
}

function parseAddress(parts: Parts, link: ShareLink): void {
  const {address} = parts;
  const atEnd = parts.fragment === undefined && parts.query === "";
  const slash = address.indexOf("/");
  const path = slash < 0 ? "" : address.slice(slash);
  link.base = kScheme + parseAuthority(slash < 0 ? address : address.slice(0, slash));
  const dropbox = /^(.*)\/t\/?$/.exec(path);
  if (dropbox !== null) {
    if (!isBasePath(dropbox[1] as string)) throw notALink("its path is none that a relay has");
    link.form = "dropbox";
    link.base += dropbox[1] as string;
    return;
  }
  if (atEnd && /(\/v1\/?|\/m)$/.test(path)) throw cut();
  const mailbox = path.lastIndexOf("/m/");
  if (mailbox < 0) throw notALink("it names no mailbox");
  const base = parseBasePath(path.slice(0, mailbox));
  link.mailbox = parseMailbox(path.slice(mailbox + 3), atEnd);
  link.base += base;
}

function percentDecoded(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

// A secret of exactly 16 or 32 octets with zero spare bits, or nothing.
function decodeSecret(text: string): Bytes | undefined {
  const bare = text.replace(/=+$/, "");
  if (bare.length !== kSecretLength && bare.length !== kPlainSecretLength) return undefined;
  try {
    return parseBase64Any(bare);
  } catch {
    return undefined;
  }
}

function whyNoSecret(text: string): KeyferryError {
  const bare = text.replace(/=+$/, "");
  if (!/^[a-z0-9+/\-_]*$/i.test(bare)) return damaged("its secret part has strange characters");
  if (bare.length < kSecretLength && bare.length !== kPlainSecretLength) return cut();
  if (bare.length > kSecretLength) return damaged("its secret part is too long");
  return damaged("the end of its secret part is wrong");
}

// "1302." before the secret of a dropbox.
function splitSuite(text: string): [DropSuite | undefined, string] {
  const dot = text.indexOf(".");
  if (dot < 0) return [undefined, text];
  const name = text.slice(0, dot);
  const suite = parseSuite(name);
  if (suite !== undefined) return [suite, text.slice(dot + 1)];
  if (!/^[0-9a-f]{4}$/i.test(name)) throw damaged("the part of its secret before the dot is wrong");
  throw newer("its cipher");
}

// `text` holds at most one blank inside: tried as '+', then taken away.
async function parseSecretText(text: string): Promise<ReadSecret> {
  const [suite, rest] = splitSuite(text.replace(/[?&].*$/s, "")); // tracking behind the fragment
  const decoded = percentDecoded(rest);
  const plus = decoded.replace(" ", "+");
  const fitting = decodeSecret(plus) === undefined ? decoded.replace(" ", "") : plus;
  const secret = decodeSecret(fitting);
  if (secret === undefined) throw whyNoSecret(fitting);
  if (suite !== undefined && secret.length !== kDropSecretSize) throw cut();
  const ours = fitting.length === kSecretLength && /^[a-z0-9]*$/i.test(fitting);
  const form = suite === undefined ? "mailbox" : "dropbox";
  const looksDamaged = ours && !(await checkHolds(secret, form));
  return {secret, looksDamaged, ...(suite === undefined ? {} : {suite})};
}

function checkBlanks(text: string): void {
  if ((text.match(/ /g) ?? []).length > 1) throw damaged("there are blanks inside");
  if (/[^ -~]/.test(text)) throw damaged("there are strange characters inside");
}

async function parseTidy(tidy: string): Promise<ReadLink> {
  let text = tidy;
  if (text.slice(0, kScheme.length).toLowerCase() !== kScheme) throw notALink("it does not begin with https://");
  checkBlanks(text);
  const blank = text.indexOf(" ");
  const before = split(text);
  if (blank >= 0 && (before.fragment === undefined || blank < text.length - before.fragment.length)) {
    text = text.slice(0, blank) + text.slice(blank + 1); // no address holds a '+'
  }
  const parts = split(text.slice(kScheme.length));
  const link: ShareLink = {form: "mailbox", base: "", mailbox: "", vertical: ""};
  parseAddress(parts, link);
  link.vertical = verticalOf(parts.query);
  const read: ReadLink = {link, secretWasInPath: parts.secretWasInPath, looksDamaged: false};
  if (parts.fragment === undefined) return read;
  if (parts.fragment === "") throw cut();
  const secret = await parseSecretText(parts.fragment);
  takeSecret(link, secret);
  read.looksDamaged = secret.looksDamaged;
  return read;
}

function isWhole(read: ReadLink): boolean {
  return read.link.secret !== undefined && !read.looksDamaged;
}

type Outcome = {read: ReadLink; failure?: undefined} | {read?: undefined; failure: KeyferryError};

async function outcomeOf(parse: () => Promise<ReadLink>): Promise<Outcome> {
  try {
    return {read: await parse()};
  } catch (thrown) {
    return {failure: asError(thrown)};
  }
}

// The best of the readings of one place: the first that is whole, or what stands there as it is.
async function readPlace(place: PastedUri): Promise<Outcome> {
  let best: Outcome = {failure: notALink("it names no mailbox")};
  for (const [number, reading] of place.readings.entries()) {
    const outcome = await outcomeOf(() => parseTidy(reading));
    const whole = outcome.read !== undefined && isWhole(outcome.read);
    if (number > 0 && !whole) continue;
    const certain = place.endsPlainly || whole || outcome.read === undefined;
    best = certain ? outcome : {failure: damaged("there are strange characters inside")};
    if (whole) break;
  }
  return best;
}

function isSame(a: ShareLink, b: ShareLink): boolean {
  const secrets = a.secret === undefined || b.secret === undefined || equal(a.secret, b.secret);
  return secrets && a.form === b.form && a.base === b.base && a.mailbox === b.mailbox;
}

// The one link in a message; not_a_link where there is none.
async function findInMessage(plain: string): Promise<Outcome> {
  let found: Outcome = {failure: notALink("it begins with no https://")};
  for (const place of findUris(plain, kScheme, kMostOctets)) {
    const outcome = await readPlace(place);
    if (outcome.read === undefined) {
      if (found.read === undefined && outcome.failure.reason !== "not_a_link") found = outcome;
      continue;
    }
    if (found.read !== undefined && !isSame(outcome.read.link, found.read.link)) {
      return {failure: fail("invalid", "there are different share links in this text", "several")};
    }
    if (found.read === undefined || (outcome.read.link.secret && !found.read.link.secret)) found = outcome;
  }
  return found;
}

// parseShareLink reads any link of anyone, alone or as the only one in a message. Throws: invalid; the
// detail never quotes the secret, the reason is `not_a_link`, `cut`, `damaged`, `newer` or `several`.
export async function parseShareLink(text: string): Promise<ReadLink> {
  if (bytesOf(text).length > kMostMessage) throw notALink("it is far too long");
  const plain = plainTextOf(text);
  const tidy = withoutMarks(onOneLine(plain));
  const whole = await outcomeOf(async () => {
    if (bytesOf(tidy).length > kMostOctets) throw notALink("it is far too long");
    return parseTidy(tidy);
  });
  if (whole.read !== undefined && isWhole(whole.read)) return whole.read;
  const found = await findInMessage(plain);
  // What is wrong with a text that is nothing but a link is said of it as a whole.
  const better = found.read !== undefined || found.failure.reason === "several" ||
    (whole.failure?.reason === "not_a_link" && found.failure.reason !== "not_a_link");
  const {read, failure} = better ? found : whole;
  if (read === undefined) throw failure;
  return read;
}

function plainTextOf(text: string): string {
  try {
    return plainText(text);
  } catch (thrown) {
    throw damaged(asError(thrown).detail);
  }
}

// parseLinkSecret reads what follows the '#', with or without it, with the same repairs.
export async function parseLinkSecret(text: string): Promise<ReadSecret> {
  if (bytesOf(text).length > kMostOctets) throw damaged("it is far too long");
  const rest = withoutMarks(onOneLine(plainTextOf(text))).replace(/^#/, "");
  if (rest === "") throw cut();
  checkBlanks(rest);
  return parseSecretText(rest);
}

// takeSecret completes a link whose secret part came by another channel. Throws: invalid, reason
// `damaged` (a part of the other form).
export function takeSecret(link: ShareLink, read: ReadSecret): void {
  if ((read.suite !== undefined) !== (link.form === "dropbox")) {
    throw damaged("its secret part belongs to a link of another form");
  }
  link.secret = read.secret;
  if (read.suite !== undefined) link.suite = read.suite;
}

export function encodeLinkSecret(secret: Uint8Array, suite?: DropSuite): string {
  if (suite !== undefined) return `${suite}.${encodeBase64url(secret)}`;
  return secret.length === 16 ? encodeBase64(secret) : encodeBase64url(secret);
}

// encodeShareLink writes the link; one without secret ends before the '#'.
export function encodeShareLink(link: ShareLink): string {
  const address = link.form === "mailbox" ? mailboxUrl(link) : `${link.base}/t/`;
  const vertical = link.vertical === "" ? "" : `?v=${link.vertical}`;
  return address + vertical + (link.secret === undefined ? "" : `#${encodeLinkSecret(link.secret, link.suite)}`);
}

// mailboxUrl is the address that requests about a mailbox go to: never with query or fragment.
export function mailboxUrl(link: ShareLink): string {
  return `${link.base}/v1/m/${link.mailbox}`;
}
