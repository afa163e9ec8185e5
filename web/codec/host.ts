// Host names and IP addresses, each with one spelling, by the rules of keyferry/codec/host.h.

import {fail} from "../base/error.ts";

const kLabel = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const kOctet = /^(0|[1-9][0-9]{0,2})$/;

function ipv6(text: string): string {
  try {
    const {hostname} = new URL(`https://[${text}]/`);
    // Mapped addresses end in four decimal numbers, as inet_ntop writes them.
    const mapped = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(hostname);
    if (mapped === null) return hostname;
    const [high, low] = [parseInt(mapped[1] as string, 16), parseInt(mapped[2] as string, 16)];
    return `[::ffff:${high >> 8}.${high & 255}.${low >> 8}.${low & 255}]`;
  } catch {
    throw fail("invalid", "no IPv6 address");
  }
}

// parseHost reads a DNS name, an IPv4 address in four decimal numbers without leading zeros, or an IPv6
// address in brackets. Throws: invalid.
export function parseHost(text: string): string {
  const lower = text.toLowerCase();
  if (/^\[[0-9a-f:.]+\]$/.test(lower)) return ipv6(lower.slice(1, -1));
  const labels = lower.split(".");
  if (labels.length === 4 && labels.every((part) => kOctet.test(part) && Number(part) < 256)) return lower;
  // What old readers would take for an address.
  if (/^([0-9]+|0x[0-9a-f]*)$/.test(labels[labels.length - 1] as string)) throw fail("invalid", "no IPv4 address");
  if (lower.length > 253 || !labels.every((label) => kLabel.test(label))) throw fail("invalid", "no host name");
  return lower;
}

// parseHttpsHostPort reads HOST or HOST:PORT and leaves the default port out. Throws: invalid.
export function parseHttpsHostPort(text: string): string {
  const found = /^(\[[^\]]*\]|[^:]*)(?::([0-9]{1,5}))?$/.exec(text);
  const port = Number(found?.[2] ?? 443);
  if (found === null || port < 1 || port > 65535) throw fail("invalid", "no host and port");
  const host = parseHost(found[1] as string);
  return port === 443 ? host : `${host}:${port}`;
}

// isBasePath: empty, or parts each behind a '/', not empty, not "." or "..", of letters, digits and -._~.
export function isBasePath(path: string): boolean {
  return path === "" || (path.startsWith("/") &&
    path.slice(1).split("/").every((part) => /^[a-z0-9\-._~]+$/i.test(part) && part !== "." && part !== ".."));
}
