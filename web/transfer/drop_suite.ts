// The cipher suites of a dropbox, under their TLS 1.3 numbers as in the link.

import {type Cipher} from "../crypto/aead.ts";
import {type HashName} from "../crypto/hash.ts";

export type DropSuite = "1301" | "1302" | "1303";

export const kDropSecretSize = 32; // R

export interface SuiteRow {
  hash: HashName;
  cipher: Cipher;
  keySize: number;
}

export const kSuites: Record<DropSuite, SuiteRow> = {
  "1301": {hash: "SHA-256", cipher: "AES-GCM", keySize: 16},
  "1302": {hash: "SHA-384", cipher: "AES-GCM", keySize: 32},
  "1303": {hash: "SHA-256", cipher: "ChaCha20-Poly1305", keySize: 32},
};

// parseSuite returns nothing for one that we do not know.
export function parseSuite(text: string): DropSuite | undefined {
  return Object.hasOwn(kSuites, text) ? (text as DropSuite) : undefined;
}
