// What sshd enforces by itself in a certificate, and nothing else: the schema of
// keyferry/credential/ssh_rights.h.

import {bytesOf} from "../base/bytes.ts";
import {fail} from "../base/error.ts";
import {isVisible} from "../codec/text.ts";
import {parseCidr} from "./cidr.ts";
import {type Rights, type RightsSchema} from "./rights.ts";

export const kExtensions = [
  "permit-pty",
  "permit-port-forwarding",
  "permit-agent-forwarding",
  "permit-X11-forwarding",
  "permit-user-rc",
] as const;

const kMostPrincipals = 256; // OpenSSH: SSHKEY_CERT_MAX_PRINCIPALS
const kHostLabel = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

function parseLogin(text: string): string {
  if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(text)) throw fail("invalid", "not a login");
  return text;
}

function parseHost(text: string): string {
  if (text.length > 253 || !text.split(".").every((part) => kHostLabel.test(part))) {
    throw fail("invalid", "not a host name");
  }
  return text;
}

function parseCommand(text: string): string {
  if (bytesOf(text).length > 1024 || !isVisible(text)) {
    throw fail("invalid", "a command has 1 to 1024 octets of visible characters");
  }
  return text;
}

function parseExtension(text: string): string {
  if (!(kExtensions as readonly string[]).includes(text)) {
    throw fail("invalid", "no extension of sshd");
  }
  return text;
}

export const kSshRights: RightsSchema = {
  verifier: "sshd",
  rights: [
    {name: "logins", order: "subset", required: true, parseText: parseLogin},
    {name: "hosts", order: "subset", required: true, parseText: parseHost},
    {name: "command", order: "fixed", required: false, parseText: parseCommand},
    {name: "source", order: "networks", required: false, parseText: parseCidr},
    {name: "extensions", order: "subset", required: true, parseText: parseExtension, least: 0},
  ],
  checkWhole(rights: Rights): void {
    const pairs = (rights.texts("logins")?.length ?? 0) * (rights.texts("hosts")?.length ?? 0);
    if (pairs > kMostPrincipals) throw fail("invalid", `logins and hosts make ${pairs} pairs`);
  },
};

// sshPrincipals is LOGIN@HOST for every pair, ascending.
export function sshPrincipals(rights: Rights): string[] {
  const hosts = rights.texts("hosts") ?? [];
  return (rights.texts("logins") ?? []).flatMap((login) => hosts.map((host) => `${login}@${host}`)).sort();
}
