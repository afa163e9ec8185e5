import assert from "node:assert/strict";
import test from "node:test";

import fc from "fast-check";

import {bytesOf, copyOf} from "../base/bytes.ts";
import {encodeBase64, encodeBase64url, parseBase64, parseBase64Any, parseBase64url} from "../base/base64.ts";
import {failureOf} from "../testing/failing.ts";
import {encodeJson, Inexact, parseJson, parseJsonObject} from "./json.ts";
import {encodeRfc3339, parseRfc3339} from "./rfc3339.ts";
import {digitsOf, isVisible, label} from "./text.ts";
import {isLocal, parseWebUrl} from "./web_url.ts";

const read = (text: string) => parseJson(bytesOf(text));

test("JSON is read as JSON.parse reads it, if it is JSON", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const text = JSON.stringify(value);
    assert.deepEqual(JSON.parse(encodeJson(parseJson(bytesOf(text), {octets: 1 << 20, depth: 100}))), JSON.parse(text));
  }));
});

test("texts that are no JSON are refused as JSON.parse refuses them", async () => {
  const near = fc.array(fc.constantFrom("{", "}", "[", "]", '"a"', ":", ",", "1", "-", ".5", "e9", "true", "null", "\\u12", '"', " "));
  await fc.assert(fc.asyncProperty(near, async (parts) => {
    const text = parts.join("");
    let fine = true;
    try {
      JSON.parse(text);
    } catch {
      fine = false;
    }
    const failure = await failureOf(() => read(text));
    if (failure !== undefined) assert.equal(failure.code, "invalid");
    // JSON.parse takes a member twice, and numbers beyond all range.
    assert.ok(fine === (failure === undefined) || /twice|range/.test(failure?.detail ?? ""), text);
  }), {numRuns: 2000});
});

test("JSON beyond the rules is refused", async () => {
  const bad = [
    '{"a":1,"a":1}', '{"a":1,"\\u0061":2}', '[{"x":{"y":1,"y":2}}]', "\ufeff{}", '"\\ud800"', '"\\udc00\\ud800"', "1e999",
    "[".repeat(9) + "]".repeat(9), '{"a":1} x', "'a'", '"\u0000"', "01", "+1", "1.", ".1", "NaN",
  ];
  for (const text of bad) assert.equal((await failureOf(() => read(text)))?.code, "invalid", text);
  assert.equal((await failureOf(() => parseJson(Uint8Array.of(0x22, 0xff, 0x22))))?.code, "invalid");
  assert.equal((await failureOf(() => parseJson(new Uint8Array(65537))))?.code, "too_large");
});

test("a number with fraction or exponent is no integer, and names mean nothing", () => {
  const object = parseJsonObject(bytesOf('{"a":1.0,"b":1e2,"c":-7,"__proto__":{"x":1},"constructor":2}'));
  assert.ok(object["a"] instanceof Inexact && object["b"] instanceof Inexact);
  assert.equal(object["c"], -7);
  assert.equal(Object.getPrototypeOf(object), null);
  assert.equal(object["x"], undefined);
  assert.equal(encodeJson(object), '{"a":1,"b":100,"c":-7,"__proto__":{"x":1},"constructor":2}');
});

test("base64 of any octets comes back, and agrees with Node's", () => {
  fc.assert(fc.property(fc.uint8Array(), (octets) => {
    const bytes = copyOf(octets);
    assert.equal(encodeBase64(bytes), Buffer.from(bytes).toString("base64"));
    assert.equal(encodeBase64url(bytes), Buffer.from(bytes).toString("base64url"));
    assert.deepEqual(parseBase64(encodeBase64(bytes)), bytes);
    assert.deepEqual(parseBase64url(encodeBase64url(bytes)), bytes);
    for (const text of [encodeBase64(bytes), encodeBase64url(bytes)]) assert.deepEqual(parseBase64Any(text), bytes);
  }));
});

test("base64 with spare bits, wrong length or another alphabet is refused", async () => {
  for (const text of ["AB", "A", "AAB", "A===", "+A", "AA==", "A A", "Ä"]) {
    assert.equal((await failureOf(() => parseBase64url(text)))?.code, "invalid", text);
  }
  for (const text of ["AB==", "AA", "-A==", "AA=", "AAA=A"]) {
    assert.equal((await failureOf(() => parseBase64(text)))?.code, "invalid", text);
  }
});

test("a label shows as what it is, and stays so", () => {
  assert.equal(label("  Ada's\u202e  laptop\n\u200b ", 64), "Ada's laptop");
  assert.equal(label("e\u0301", 64), "é");
  assert.equal(label("\u{1F469}\u200d\u{1F469}", 64), "\u{1F469}\u{1F469}");
  assert.equal([...label("x".repeat(100), 64)].length, 64);
  fc.assert(fc.property(fc.string({unit: "binary"}), fc.integer({min: 1, max: 64}), (text, most) => {
    const once = label(text, most);
    assert.equal(label(once, most), once);
    assert.ok(once === "" || isVisible(once), JSON.stringify(once));
    assert.ok([...once].length <= most);
  }));
});

test("digits of any script are a PIN", async () => {
  assert.equal(digitsOf("12 34-56"), "123456");
  assert.equal(digitsOf("١٢٣٤٥٦"), "123456");
  assert.equal(digitsOf("９８７–６５４"), "987654");
  assert.equal(digitsOf("𝟙𝟚𝟛"), "123");
  assert.equal((await failureOf(() => digitsOf("12a456")))?.code, "invalid");
});

test("times are UTC with whole seconds", async () => {
  assert.equal(parseRfc3339("1970-01-01T00:00:01Z"), 1);
  assert.equal(encodeRfc3339(parseRfc3339("2028-02-29T23:59:60Z")), "2028-02-29T23:59:59Z");
  const bad = ["2026-02-29T00:00:00Z", "2026-11-25T24:00:00Z", "2026-11-25 10:00:00Z", "2026-11-25T10:00:00.5Z",
    "2026-11-25T10:00:00+00:00", "2026-00-10T10:00:00Z", ""];
  for (const text of bad) assert.equal((await failureOf(() => parseRfc3339(text)))?.code, "invalid", text);
  fc.assert(fc.property(fc.integer({min: 0, max: 253402300799}), (time) => parseRfc3339(encodeRfc3339(time)) === time));
});

test("web addresses", async () => {
  assert.deepEqual(parseWebUrl("HTTPS://Auth.Example:443/a?b"), {origin: "https://auth.example", host: "auth.example", path: "/a", query: "b"});
  assert.equal(parseWebUrl("https://[2001:DB8::1]:8443").origin, "https://[2001:db8::1]:8443");
  for (const bad of ["http://auth.example", "https://a@b", "https://a#b", "https://", "https://a:0", "https://a:99999",
    "https://a/ b", "https://[::1", "https://a\\b", "javascript:alert(1)", `https://a/${"x".repeat(2048)}`]) {
    assert.equal((await failureOf(() => parseWebUrl(bad)))?.code, "invalid", bad);
  }
});

test("local hosts are known by their spelling", () => {
  for (const host of ["localhost", "127.0.0.1", "10.1.2.3", "192.168.1.1", "172.20.0.1", "169.254.1.1", "[::1]",
    "[fd00::1]", "[fe80::1]", "[::ffff:10.0.0.1]", "printer", "nas.local", "100.64.0.1", "0.0.0.0"]) {
    assert.equal(isLocal(host), true, host);
  }
  for (const host of ["relay.example", "8.8.8.8", "172.32.0.1", "[2001:db8::1]", "100.63.0.1", "local.example"]) {
    assert.equal(isLocal(host), false, host);
  }
});
