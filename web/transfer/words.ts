// The words that two people compare (transfer.md section 4): 24 bits as three words of the PGP word
// list, and as eight digits.

import table from "../../docs/words.txt";

// 256 lines "even odd": words of two and of three syllables.
const kWords = table.trim().split("\n").map((line) => line.split(" "));

function wordAt(octet: number | undefined, column: 0 | 1): string {
  return kWords[octet ?? 0]?.[column] ?? "";
}

// wordsOf writes lower case: clockwork, pyramid, slowdown for 3b bc c0. The first and last have two
// syllables, the middle one three.
export function wordsOf(octets: Uint8Array): string[] {
  return [wordAt(octets[0], 0), wordAt(octets[1], 1), wordAt(octets[2], 0)];
}

// digitsOfWords writes "0391 4944" for the same octets.
export function digitsOfWords(octets: Uint8Array): string {
  const number = ((octets[0] ?? 0) << 16) | ((octets[1] ?? 0) << 8) | (octets[2] ?? 0);
  return String(number).padStart(8, "0").replace(/^(\d{4})/, "$1 ");
}
