// Takes a share and writes what ssh needs: node take.mjs LINK FOLDER [PIN or code]
// An example of the package; Node 18 wants --experimental-global-webcrypto.
import {mkdirSync, writeFileSync} from "node:fs";
import {createInterface} from "node:readline";
import {idOfLink, MemoryStore, parseShareLink, sshFiles, Take, Web} from "keyferry-web";

const [, , text, folder, digits] = process.argv;
const lines = createInterface({input: process.stdin})[Symbol.asyncIterator]();
const ask = async (question) => (console.error(question), (await lines.next()).value);

const person = {
  async agree(offered, asks) {
    console.error(`${offered.authority} offers`, offered.rights?.encode(), asks.note ?? "");
    return (await ask("take it? [y/n]")) === "y" ? {code: digits, pin: digits} : undefined;
  },
  async pin(_rule, problem) {
    return (problem ? undefined : digits) ?? ask("PIN: ");
  },
  step(step) {
    if (step.step === "words") console.error("read these to the sender:", step.words.join(" "));
  },
};

const {link} = await parseShareLink(text);
const wallet = {store: new MemoryStore(), web: new Web(), person, label: "an example"};
const credential = await new Take(wallet, await idOfLink(link), link).run();
mkdirSync(folder, {mode: 0o700, recursive: true});
for (const {name, content} of await sshFiles(credential)) writeFileSync(`${folder}/${name}`, content, {mode: 0o600});
process.exit(0);
