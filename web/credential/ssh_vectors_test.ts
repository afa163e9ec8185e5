import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import test from "node:test";

import {generateKey} from "../crypto/key.ts";
import {failureOf} from "../testing/failing.ts";
import {readVectorFiles} from "../testing/vector_file.ts";
import {encodeJson, newObject, parseJsonObject, type JsonObject} from "../codec/json.ts";
import {bytesOf} from "../base/bytes.ts";
import {checkNarrower, parseRights} from "./rights.ts";
import {parseCertificateLine, parseSshCertificate} from "./ssh_certificate.ts";
import {encodeOpensshPrivateKey, encodeSshPublicKey, parseAuthorizedLine, sshFingerprint} from "./ssh_key.ts";
import {encodeSshLine} from "./ssh_line.ts";
import {kSshRights} from "./ssh_rights.ts";

function list(text: string | undefined, between: string): string[] {
  return text === undefined || text === "-" ? [] : text.split(between);
}

function options(text: string | undefined, between: string): Map<string, string> {
  return new Map(list(text, between).map((part) => [part.split("=")[0] as string, part.split("=").slice(1).join("=")]));
}

test("every shared certificate is read or refused as in C++", async () => {
  for (const {name, header, payload} of readVectorFiles("ssh_certificate")) {
    if (header["expect"] !== "certificate") {
      const failure = await failureOf(() => parseSshCertificate(parseCertificateLine(payload)));
      assert.equal(failure?.code, header["expect"], name);
      continue;
    }
    const certificate = await parseSshCertificate(parseCertificateLine(payload));
    assert.equal(await sshFingerprint(certificate.key), header["key"], name);
    assert.equal(await sshFingerprint(certificate.ca), header["ca"], name);
    assert.equal(String(certificate.serial), header["serial"], name);
    assert.equal(String(certificate.kind), header["kind"], name);
    assert.equal(certificate.keyId, header["key_id"], name);
    assert.deepEqual(certificate.principals, list(header["principals"], ","), name);
    assert.equal(String(certificate.validAfter), header["valid_after"], name);
    assert.equal(String(certificate.validBefore), header["valid_before"], name);
    assert.deepEqual(certificate.criticalOptions, options(header["critical"], ";"), name);
    assert.deepEqual(certificate.extensions, options(header["extensions"], ","), name);
  }
});

test("every shared public key is read or refused as in C++", async () => {
  let read = 0;
  for (const {name, header, payload} of readVectorFiles("ssh_key")) {
    if (header["form"] !== "public") continue;
    if (header["expect"] === "key") {
      const key = await parseAuthorizedLine(payload);
      assert.equal(await sshFingerprint(key), header["fingerprint"], name);
      assert.equal(key.type, header["type"], name);
      ++read;
    } else {
      assert.equal((await failureOf(() => parseAuthorizedLine(payload)))?.code, header["expect"], name);
    }
  }
  assert.ok(read > 3);
});

// withFile gives ssh-keygen, the foreign reader, a key file of ours.
async function readBySshKeygen(type: "ed25519" | "p256"): Promise<void> {
  const key = await generateKey(type, true);
  const folder = mkdtempSync(join(tmpdir(), "keyferry-key-"));
  try {
    const path = join(folder, "key");
    writeFileSync(path, await encodeOpensshPrivateKey(key, "Ada's laptop"), {mode: 0o600});
    const said = execFileSync("ssh-keygen", ["-y", "-P", "", "-f", path], {encoding: "utf8"}).trim();
    assert.equal(said, encodeSshLine(encodeSshPublicKey(key.publicKey), "Ada's laptop"));
  } finally {
    rmSync(folder, {recursive: true});
  }
}

test("ssh-keygen reads the private key files that we write", async () => {
  // Among so many P-256 scalars are short ones and ones with the first bit set.
  for (let i = 0; i < 40; ++i) await readBySshKeygen(i % 4 === 0 ? "ed25519" : "p256");
});

// What a sender's wallet completes before it asks: absent rights come from the parent.
function complete(parent: JsonObject | undefined, asked: JsonObject): JsonObject {
  return newObject({...(parent ?? {extensions: ["permit-pty"]}), ...asked});
}

test("the shared rights are read, and are narrower or not, as in C++", async () => {
  for (const {name, header, payload} of readVectorFiles("ssh_rights")) {
    const parent = header["parent"] === "-" ? undefined : parseJsonObject(bytesOf(header["parent"] as string));
    const read = () => {
      const rights = parseRights(kSshRights, complete(parent, parseJsonObject(bytesOf(payload))));
      if (parent !== undefined) checkNarrower(kSshRights, parseRights(kSshRights, parent), rights);
      return rights;
    };
    const failure = await failureOf(read);
    const outcome = failure === undefined ? "rights" : failure.reason === "" ? failure.code : failure.reason;
    assert.equal(outcome, header["expect"], name);
    if (failure === undefined) assert.equal(encodeJson(read().encode()), header["rights"], name);
    if (outcome === "wider_than_parent") assert.match(failure?.detail ?? "", new RegExp(`^right "${header["right"]}": `), name);
  }
});
