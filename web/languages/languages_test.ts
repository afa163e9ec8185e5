import assert from "node:assert/strict";
import test from "node:test";

import {ar} from "./ar.ts";
import {de} from "./de.ts";
import {en, type Key, type Sentences} from "./en.ts";
import {es} from "./es.ts";
import {fr} from "./fr.ts";
import {zh} from "./zh.ts";

const others: Record<string, Sentences> = {ar, de, es, fr, zh};
const holes = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

test("every sentence stands in every language, with the same things to fill in", () => {
  for (const [name, sentences] of Object.entries(others)) {
    assert.deepEqual(Object.keys(sentences).sort(), Object.keys(en).sort(), name);
    for (const key of Object.keys(en) as Key[]) {
      assert.deepEqual(holes(sentences[key]), holes(en[key]), `${name}: ${key}`);
      assert.ok(sentences[key].trim() !== "", `${name}: ${key}`);
    }
    const same = (Object.keys(en) as Key[]).filter((key) => sentences[key] === en[key]);
    assert.ok(same.length < 8, `${name} still says in English: ${same.join(", ")}`);
  }
});

test("a language says whether somebody has read it, and its direction", () => {
  for (const sentences of Object.values(others)) assert.equal(sentences.reviewed, "no");
  assert.equal(ar.direction, "rtl");
});
