// Reading of the shared vectors under tests/vectors/: one case a file, header lines "name: value", a
// blank line, then the payload as it stands (a last line end is not part of it). The tests run in
// the root of the source tree.

import {readdirSync, readFileSync} from "node:fs";

export interface VectorFile {
  name: string;
  header: Record<string, string>;
  payload: string;
}

export function readVectorFiles(subject: string): VectorFile[] {
  const folder = `tests/vectors/${subject}`;
  const names = readdirSync(folder).filter((name) => name.endsWith(".txt")).sort();
  if (names.length === 0) throw new Error(`${folder} holds no vectors`);
  return names.map((name) => {
    const text = readFileSync(`${folder}/${name}`, "utf8");
    const blank = text.indexOf("\n\n");
    const header = Object.fromEntries(
      text.slice(0, blank).split("\n").map((line) => [line.split(": ")[0] as string, line.slice(line.indexOf(": ") + 2)]),
    );
    return {name, header, payload: text.slice(blank + 2).replace(/\n$/, "")};
  });
}

export function readVectorJson(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(`tests/vectors/${path}`, "utf8")) as Record<string, unknown>;
}
