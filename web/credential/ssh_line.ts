// One line of text around an SSH blob: TYPE BASE64 COMMENT.

import {type Bytes} from "../base/bytes.ts";
import {encodeBase64, parseBase64} from "../base/base64.ts";
import {fail} from "../base/error.ts";
import {SshReader} from "../codec/ssh_wire.ts";

function typeInside(blob: Uint8Array): string {
  return new SshReader(blob).text();
}

export function encodeSshLine(blob: Uint8Array, comment: string): string {
  return [typeInside(blob), encodeBase64(blob), ...(comment === "" ? [] : [comment])].join(" ");
}

// parseSshLine returns the blob; type and blob must agree, the comment is optional, one line end and
// spaces around are fine. Throws: invalid.
export function parseSshLine(line: string): Bytes {
  const text = line.replace(/\r?\n$/, "");
  const [type = "", data = ""] = /[\u0000-\u001f\u007f]/.test(text) ? [] : text.split(/ +/).filter((word) => word !== "");
  const wrong = fail("invalid", "an SSH key or certificate must be one line: TYPE BASE64 COMMENT");
  if (data === "") throw wrong;
  let inner: string;
  let blob: Bytes;
  try {
    blob = parseBase64(data);
    inner = typeInside(blob);
  } catch {
    throw wrong;
  }
  if (inner !== type) throw fail("invalid", "the type in front of the base64 text is not the one inside it");
  return blob;
}
