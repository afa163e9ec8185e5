// What came is held against what the person agreed to; the chain is a shared vector's, made by foreign code.

import assert from "node:assert/strict";
import test from "node:test";

import {parseBase64url} from "../base/base64.ts";
import {concat, type Bytes} from "../base/bytes.ts";
import {parseHex} from "../base/hex.ts";
import {jwkThumbprint} from "../crypto/jwk.ts";
import {parsePublicKey, type PrivateKey, type PublicKey} from "../crypto/key.ts";
import {parseChain} from "../delegation/chain.ts";
import {parseLink} from "../delegation/link.ts";
import {failureOf} from "../testing/failing.ts";
import {readVectorFiles} from "../testing/vector_file.ts";
import {type DelegationInvite, type Import} from "../transfer/delegation_messages.ts";
import {encodeDelegationRights, type DelegationRights} from "../transfer/delegation_rights.ts";
import {encodeDelegation, isEncodedDelegation, parseDelegation} from "./delegation_record.ts";
import {MemoryStore} from "./memory_store.ts";
import {type Wallet} from "./redeem.ts";
import {keepDelegation, readInvite} from "./take_delegation.ts";
import {type TakeRecord} from "./take_record.ts";

const {header} = readVectorFiles("delegation").find(({name}) => name === "chain-of-two.txt") as {header: Record<string, string>};
const point = (xy: Uint8Array): Promise<PublicKey> => parsePublicKey("p256", concat(new Uint8Array([4]), xy));
const [root, child] = parseChain(parseHex(header["chain"] as string)) as [Bytes, Bytes];
const {claims} = parseLink(root);

interface Bent {
  rights?: Partial<DelegationRights>;
  expires?: number;
  issuer?: PublicKey;
  holder?: PublicKey;
}

// keep takes the vector's chain of two for an invite that offers just that, but for what is bent.
async function keep(bent: Bent = {}) {
  const ada = await parsePublicKey("p256", claims.cnf);
  const owner = await point(parseHex(header["owners"] as string));
  const publicKey = bent.holder ?? (await point(parseHex(header["holder"] as string)));
  const rights: DelegationRights = {doors: claims.doors as Bytes[], depth: 2, ...bent.rights};
  const invite = {
    issuer: parseBase64url(await jwkThumbprint(bent.issuer ?? ada)), kind: "delegation",
    rights: encodeDelegationRights(rights), expires: bent.expires ?? claims.exp,
  } as DelegationInvite;
  const store = new MemoryStore();
  const wallet = {store, web: {now: () => claims.nbf + 5}} as unknown as Wallet;
  const record = {id: "t", key: {type: "p256", publicKey} as PrivateKey} as TakeRecord;
  const imported: Import = {delegation: child, chain: [root], owner, lists: []};
  return {kept: await keepDelegation(wallet, record, invite, imported), store, invite};
}

test("what was offered is kept and read back", async () => {
  const {kept, store, invite} = await keep();
  assert.equal(kept.name, "front");
  assert.deepEqual(kept.window, {from: claims.nbf, until: claims.exp});
  assert.deepEqual(kept.rights, {doors: claims.doors, depth: 2});
  assert.equal(await store.loadCredential("t"), kept);
  const octets = encodeDelegation(kept);
  assert.ok(isEncodedDelegation(octets));
  assert.deepEqual(parseDelegation(octets, kept.key), kept);
  assert.deepEqual(readInvite(invite, claims.nbf).rights, kept.rights);
});

test("what is not what was offered is not kept", async () => {
  const stranger = await parsePublicKey("p256", parseLink(child).claims.cnf);
  const owner = await point(parseHex(header["owners"] as string));
  const other = concat((claims.doors as Bytes[])[0] as Bytes, new Uint8Array([1]));
  const cases: Bent[] = [
    {rights: {depth: 1}}, {rights: {doors: [other]}}, {rights: {uses: 3}}, {rights: {hours: [[0, 60]]}}, {rights: {fresh: 24}},
    {expires: claims.exp - 1}, {issuer: owner}, {issuer: stranger}, {holder: owner},
  ];
  for (const bent of cases) {
    assert.equal((await failureOf(() => keep(bent)))?.reason, "own:offer", JSON.stringify(bent));
  }
});

test("a kind that nobody knows, and what is over, are not asked about", async () => {
  const {invite} = await keep();
  assert.equal((await failureOf(() => readInvite({...invite, kind: "valet"}, claims.nbf)))?.reason, "kind");
  assert.equal((await failureOf(() => readInvite(invite, claims.exp)))?.reason, "own:expired");
});
