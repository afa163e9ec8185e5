// Reading of OpenSSH certificates (PROTOCOL.certkeys), as strict as keyferry/credential/
// ssh_certificate.h: what is not understood is refused, since it could be the part that restricts.

import {copyOf, type Bytes} from "../base/bytes.ts";
import {fail} from "../base/error.ts";
import {SshReader} from "../codec/ssh_wire.ts";
import {verify, type KeyType, type PublicKey} from "../crypto/key.ts";
import {parseSshPublicKey, readSshKeyOctets, sshKeyType} from "./ssh_key.ts";
import {parseSshLine} from "./ssh_line.ts";

export interface SshCertificate {
  key: PublicKey;
  serial: bigint;
  kind: number; // 1 user, 2 host
  keyId: string; // the share's id
  principals: string[];
  validAfter: bigint; // Unix seconds, inclusive
  validBefore: bigint; // exclusive; 2^64-1: for ever
  criticalOptions: Map<string, string>;
  extensions: Map<string, string>; // value empty for flags
  ca: PublicKey;
}

const kSuffix = "-cert-v01@openssh.com";
const kMostOctets = 65536;
const kMostPrincipals = 256;
const kCriticalTexts = ["force-command", "source-address"];
const kCriticalFlag = "verify-required";

function readText(from: SshReader, what: string): string {
  const text = from.text();
  if (text.includes("\0")) throw fail("invalid", `the ${what} holds a NUL`);
  return text;
}

// unwrap takes the one string out of an option's data.
function unwrap(data: Uint8Array): string {
  if (data.length === 0) return "";
  const from = new SshReader(data);
  const value = readText(from, "value of an option");
  if (value === "" || from.left > 0) throw fail("invalid", "the value of an option is not one string");
  return value;
}

function parseOptions(octets: Uint8Array): Map<string, string> {
  const options = new Map<string, string>();
  const from = new SshReader(octets);
  let last = "";
  while (from.left > 0) {
    const name = readText(from, "name of an option");
    const data = from.string();
    if (name <= last) throw fail("invalid", "the options of a certificate must be in ascending order");
    options.set(name, unwrap(data));
    last = name;
  }
  return options;
}

function checkCritical(options: Map<string, string>): void {
  for (const [name, value] of options) {
    const known = kCriticalTexts.includes(name) ? value !== "" : name === kCriticalFlag && value === "";
    if (!known) throw fail("invalid", "the certificate has a critical option that is not understood");
  }
}

function parsePrincipals(octets: Uint8Array): string[] {
  const principals: string[] = [];
  const from = new SshReader(octets);
  while (from.left > 0) {
    const principal = readText(from, "principal");
    if (principal === "" || principals.length === kMostPrincipals) {
      throw fail("invalid", "a certificate names 1 to 256 principals, none of them empty");
    }
    principals.push(principal);
  }
  // OpenSSH takes an empty list for "everybody".
  if (principals.length === 0) throw fail("invalid", "the certificate names no principal");
  return principals;
}

function readType(from: SshReader): KeyType {
  const type = from.text();
  const found = (["ed25519", "p256"] as const).find((known) => type === sshKeyType(known) + kSuffix);
  if (found === undefined) throw fail("invalid", "not an Ed25519 or P-256 OpenSSH certificate");
  return found;
}

function rawP256Signature(body: Uint8Array): Bytes {
  const raw = new Uint8Array(64);
  const from = new SshReader(body);
  for (const end of [32, 64]) {
    const number = from.unsignedMpint();
    if (number.length > 32) throw fail("invalid", "a number of the signature is too long");
    raw.set(number, end - number.length);
  }
  if (from.left > 0) throw fail("invalid", "something follows the signature");
  return raw;
}

async function checkSignature(ca: PublicKey, signed: Uint8Array, signature: Uint8Array): Promise<void> {
  const from = new SshReader(signature);
  const type = from.text();
  const body = from.string();
  if (type !== sshKeyType(ca.type) || from.left > 0) {
    throw fail("invalid", "the signature is not of the CA key's type");
  }
  const raw = ca.type === "p256" ? rawP256Signature(body) : copyOf(body);
  if (!(await verify(ca, signed, raw))) throw fail("cannot_open", "the certificate's signature is wrong");
}

async function readBody(from: SshReader): Promise<SshCertificate> {
  const type = readType(from);
  if (from.string().length !== 32) throw fail("invalid", "the nonce must have 32 octets");
  const key = await readSshKeyOctets(from, type);
  const serial = from.u64();
  const kind = from.u32();
  if (kind !== 1 && kind !== 2) throw fail("invalid", "the certificate is neither for a user nor for a host");
  const keyId = readText(from, "key id");
  const principals = parsePrincipals(from.string());
  const validAfter = from.u64();
  const validBefore = from.u64();
  if (validAfter >= validBefore) throw fail("invalid", "the certificate is never valid");
  const criticalOptions = parseOptions(from.string());
  const extensions = parseOptions(from.string());
  checkCritical(criticalOptions);
  if (from.string().length > 0) throw fail("invalid", "the certificate uses reserved octets");
  const ca = await parseSshPublicKey(from.string());
  return {key, serial, kind, keyId, principals, validAfter, validBefore, criticalOptions, extensions, ca};
}

// parseSshCertificate reads a blob and checks its signature by the CA key in it (whether that CA is
// trusted is the caller's business). Throws: invalid, cannot_open (signature).
export async function parseSshCertificate(blob: Uint8Array): Promise<SshCertificate> {
  if (blob.length > kMostOctets) throw fail("invalid", "the certificate is too long");
  const from = new SshReader(blob);
  const certificate = await readBody(from);
  const signed = blob.subarray(0, blob.length - from.left);
  const signature = from.string();
  if (from.left > 0) throw fail("invalid", "something follows the certificate");
  await checkSignature(certificate.ca, signed, signature);
  return certificate;
}

// parseCertificateLine returns the blob of an id-cert.pub file's line. Throws: invalid.
export function parseCertificateLine(line: string): Bytes {
  const blob = parseSshLine(line);
  readType(new SshReader(blob));
  return blob;
}
