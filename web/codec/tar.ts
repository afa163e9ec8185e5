// Writing of a tar archive (POSIX.1-1988 ustar): every system that people download to can unpack it,
// and it keeps a private key's file mode, which zip does not.

import {bytesOf, concat, type Bytes} from "../base/bytes.ts";
import {type Time} from "./rfc3339.ts";
import {require} from "../base/error.ts";

const kBlock = 512;

function octal(value: number, digits: number): string {
  return `${Math.floor(value).toString(8).padStart(digits, "0")}\0`;
}

function header(name: string, size: number, mode: number, type: "0" | "5", time: Time): Bytes {
  const fields: [number, string][] = [
    [0, name],
    [100, octal(mode, 7)],
    [108, octal(0, 7)],
    [116, octal(0, 7)],
    [124, octal(size, 11)],
    [136, octal(time, 11)],
    [148, "        "], // the checksum counts as blanks
    [156, type],
    [257, "ustar\x0000"],
  ];
  const block = new Uint8Array(kBlock);
  for (const [at, text] of fields) block.set(bytesOf(text), at);
  const sum = block.reduce((total, octet) => total + octet, 0);
  block.set(bytesOf(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  return block;
}

// encodeTar puts `files` into a folder of mode 700, each with mode 600.
export function encodeTar(folder: string, files: readonly {name: string; content: Uint8Array}[], time: Time): Bytes {
  const parts: Uint8Array[] = [header(`${folder}/`, 0, 0o700, "5", time)];
  for (const {name, content} of files) {
    const path = `${folder}/${name}`;
    require(bytesOf(path).length <= 100, "a name fits a tar header");
    parts.push(header(path, content.length, 0o600, "0", time), content);
    parts.push(new Uint8Array((kBlock - (content.length % kBlock)) % kBlock));
  }
  return concat(...parts, new Uint8Array(2 * kBlock));
}
