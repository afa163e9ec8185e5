// Which release this page is, and whether another is signed with the same key.

import {bytesOf} from "../base/bytes.ts";
import {parseBase64url} from "../base/base64.ts";
import {encodeHex} from "../base/hex.ts";
import {parseJsonObject} from "../codec/json.ts";
import {objectMember, textMember} from "../codec/json_members.ts";
import {sha256} from "../crypto/hash.ts";
import {verify} from "../crypto/key.ts";
import {kRelease} from "./worker_names.ts";

declare const KEYFERRY_RELEASE_KEY: string; // base64url of an Ed25519 public key; empty: unsigned

export const kOwnRelease = document.querySelector<HTMLMetaElement>("meta[name=keyferry-release]")?.content ?? "";

// readManifest checks the signature of manifest.jws and returns the list of files inside it.
async function readManifest(jws: string) {
  const [header = "", payload = "", signature = ""] = jws.trim().split(".");
  const key = {type: "ed25519" as const, raw: parseBase64url(KEYFERRY_RELEASE_KEY)};
  const fine =
    textMember(parseJsonObject(parseBase64url(header)), "alg") === "EdDSA" &&
    (await verify(key, bytesOf(`${header}.${payload}`), parseBase64url(signature)));
  if (!fine) throw new Error("the list of files is not signed with the key of this release");
  return parseJsonObject(parseBase64url(payload));
}

// isSignedAsThis says whether every file that the worker keeps of `release` stands in a list that is
// signed with this release's key.
export async function isSignedAsThis(release: string): Promise<boolean> {
  if (KEYFERRY_RELEASE_KEY === "") return false;
  try {
    const answer = await fetch("./manifest.jws", {cache: "no-store", credentials: "omit"});
    const manifest = await readManifest(await answer.text());
    if (textMember(manifest, "release") !== release) return false;
    const files = objectMember(manifest, "files");
    const cache = await caches.open(kRelease + release);
    for (const request of await cache.keys()) {
      const name = new URL(request.url).pathname.split("/").pop() || "index.html";
      const kept = await cache.match(request);
      const hash = encodeHex(await sha256(new Uint8Array((await kept?.arrayBuffer()) ?? new ArrayBuffer(0))));
      if (files[name] !== hash) return false;
    }
    return true;
  } catch {
    return false;
  }
}
