import assert from "node:assert/strict";
import test from "node:test";

import {bytesOf, concat, numberBytes, textOf} from "../base/bytes.ts";
import {encodeHex, parseHex} from "../base/hex.ts";
import {failureOf} from "../testing/failing.ts";
import {readVectorJson} from "../testing/vector_file.ts";
import {DropExchange} from "./drop_exchange.ts";
import {type DropSuite} from "./drop_suite.ts";
import {parseShareLink} from "./share_link.ts";

interface Message {
  from: "sender" | "receiver";
  message: string;
  plaintext: string;
  url_part: string;
  sealed: string;
}

interface Run {
  suite: DropSuite;
  secret: string;
  link: string;
  messages: Message[];
  cancel: Message[];
}

for (const suite of ["1301", "1302", "1303"]) {
  const run = readVectorJson(`dropbox/${suite}.json`) as unknown as Run;
  const secret = () => parseHex(run.secret);

  test(`every place and message of the worked run of suite ${suite}`, async () => {
    const {link} = await parseShareLink(run.link);
    assert.equal(link.suite, suite);
    assert.equal(encodeHex(link.secret as Uint8Array), run.secret);
    let said = new Uint8Array(0);
    for (const [i, message] of run.messages.entries()) {
      // Whoever reads message i has everything before it, as a wallet that was restarted has.
      const reader = message.from === "sender" ? "receiver" : "sender";
      const exchange = DropExchange.resume(secret(), run.suite, reader, concat(numberBytes(i, 2), said));
      assert.equal(await exchange.location(), message.url_part);
      assert.equal(exchange.isOwnTurn(), false);
      assert.equal(encodeHex(await exchange.open(parseHex(message.sealed))), message.message);
      said = concat(said, parseHex(message.plaintext));
      assert.deepEqual(exchange.encode(), concat(numberBytes(i + 1, 2), said));
      assert.equal(exchange.isOwnTurn(), true);
    }
    const exchange = new DropExchange(secret(), run.suite, "sender");
    for (const cancel of run.cancel) {
      assert.equal(await exchange.cancelLocation(cancel.from), cancel.url_part);
      assert.equal(encodeHex(await exchange.openCancel(cancel.from, parseHex(cancel.sealed))), cancel.message);
    }
  });

  test(`two sides of suite ${suite} understand each other, and nothing else opens`, async () => {
    const sender = new DropExchange(secret(), run.suite, "sender");
    const receiver = new DropExchange(secret(), run.suite, "receiver");
    for (const [from, to] of [[sender, receiver], [receiver, sender], [sender, receiver]] as const) {
      assert.equal(await from.location(), await to.location());
      const sealed = await from.seal(bytesOf("a message"));
      for (const at of [0, 20, sealed.length - 1]) {
        const changed = sealed.slice();
        changed[at] = (changed[at] as number) ^ 1;
        assert.equal((await failureOf(() => to.open(changed)))?.code, "cannot_open");
      }
      assert.equal(textOf(await to.open(sealed)), "a message");
    }
    const cancel = await sender.sealCancel("sender", bytesOf("stop"));
    assert.equal(textOf(await receiver.openCancel("sender", cancel)), "stop");
    assert.equal((await failureOf(() => receiver.openCancel("receiver", cancel)))?.code, "cannot_open");
    assert.equal(textOf(receiver.firstMessage()), "a message");
  });
}
