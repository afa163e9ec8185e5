// SSH public keys (RFC 4253, RFC 8709, RFC 5656) and OpenSSH's private key file (PROTOCOL.key),
// without passphrase, as docs/formats.md lays them out.

import {bytesOf, concat, wipe, type Bytes} from "../base/bytes.ts";
import {encodeBase64, parseBase64url} from "../base/base64.ts";
import {fail} from "../base/error.ts";
import {SshReader, SshWriter} from "../codec/ssh_wire.ts";
import {sha256} from "../crypto/hash.ts";
import {parsePublicKey, type KeyType, type PrivateKey, type PublicKey} from "../crypto/key.ts";
import {parseSshLine} from "./ssh_line.ts";

const kP256Curve = "nistp256";
const kTypes: Record<KeyType, string> = {ed25519: "ssh-ed25519", p256: "ecdsa-sha2-nistp256"};

export function sshKeyType(type: KeyType): string {
  return kTypes[type];
}

// writeSshKeyOctets and readSshKeyOctets are the key without its leading type, as a certificate
// carries it. Throws: invalid.
export function writeSshKeyOctets(out: SshWriter, key: PublicKey): void {
  if (key.type === "p256") out.string(kP256Curve);
  out.string(key.raw);
}

export function readSshKeyOctets(from: SshReader, type: KeyType): Promise<PublicKey> {
  if (type === "p256" && from.text() !== kP256Curve) {
    throw fail("invalid", "the curve of an ecdsa-sha2-nistp256 key must be nistp256");
  }
  return parsePublicKey(type, from.string());
}

export function encodeSshPublicKey(key: PublicKey): Bytes {
  const out = new SshWriter().string(sshKeyType(key.type));
  writeSshKeyOctets(out, key);
  return out.bytes();
}

export async function parseSshPublicKey(blob: Uint8Array): Promise<PublicKey> {
  const from = new SshReader(blob);
  const name = from.text();
  const type = (Object.keys(kTypes) as KeyType[]).find((known) => kTypes[known] === name);
  if (type === undefined) {
    throw fail("invalid", "the key must be of type ssh-ed25519 or ecdsa-sha2-nistp256");
  }
  const key = await readSshKeyOctets(from, type);
  if (from.left > 0) throw fail("invalid", "something follows the SSH key");
  return key;
}

export async function parseAuthorizedLine(line: string): Promise<PublicKey> {
  return parseSshPublicKey(parseSshLine(line));
}

// sshFingerprint is what ssh-keygen -l prints.
export async function sshFingerprint(key: PublicKey): Promise<string> {
  return `SHA256:${encodeBase64(await sha256(encodeSshPublicKey(key))).replace(/=+$/, "")}`;
}

async function privateOctets(key: PrivateKey): Promise<Bytes> {
  const jwk = await crypto.subtle.exportKey("jwk", key.handle);
  return parseBase64url(jwk.d ?? "");
}

async function privatePart(key: PrivateKey, comment: string): Promise<Bytes> {
  const check = (await sha256(encodeSshPublicKey(key.publicKey))).subarray(0, 4);
  const out = new SshWriter().raw(check).raw(check).string(sshKeyType(key.type));
  writeSshKeyOctets(out, key.publicKey);
  const secret = await privateOctets(key);
  if (key.type === "ed25519") {
    out.string(concat(secret, key.publicKey.raw));
  } else {
    // mpint: no needless zeros in front, one where the first bit is set
    const bare = secret.subarray(secret.findIndex((octet) => octet !== 0));
    out.string(concat(new Uint8Array((bare[0] as number) >> 7), bare));
  }
  out.string(comment);
  const size = out.bytes().length;
  for (let pad = 1; (size + pad - 1) % 8 !== 0; ++pad) out.u8(pad);
  const part = out.bytes();
  wipe(secret);
  return part;
}

// encodeOpensshPrivateKey writes an unencrypted "-----BEGIN OPENSSH PRIVATE KEY-----" file. The key
// must be extractable; the comment has no line end.
export async function encodeOpensshPrivateKey(key: PrivateKey, comment: string): Promise<Bytes> {
  const blob = new SshWriter()
    .raw(bytesOf("openssh-key-v1\0"))
    .string("none")
    .string("none")
    .string("")
    .u32(1)
    .string(encodeSshPublicKey(key.publicKey))
    .string(await privatePart(key, comment))
    .bytes();
  const lines = encodeBase64(blob).match(/.{1,70}/g) ?? [];
  wipe(blob);
  return bytesOf(
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join("\n")}\n-----END OPENSSH PRIVATE KEY-----\n`,
  );
}
