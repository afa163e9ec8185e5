// The release that the person agreed to stays until they agree to another. The worker (worker.ts)
// keeps each release in a cache of its own; which one is agreed to stands in a small cache beside them,
// where the worker and the page both read it.

import {say} from "./say.ts";
import {banner} from "./shell.ts";
import {button} from "./controls.ts";
import {h} from "./dom.ts";
import {kAgreed, kAgreedEntry, kNewestEntry, kRelease} from "./worker_names.ts";

interface TrustedTypesWindow {
  trustedTypes?: {createPolicy(name: string, rules: {createScriptURL(url: string): string}): {createScriptURL(url: string): string}};
}

// The page's one policy passes one address: the worker's.
function workerAddress(): string {
  const address = "./worker.js";
  const types = (window as TrustedTypesWindow).trustedTypes;
  if (types === undefined) return address;
  const policy = types.createPolicy("keyferry", {
    createScriptURL(url) {
      if (url !== address) throw new TypeError("this policy passes the worker only");
      return url;
    },
  });
  return policy.createScriptURL(address);
}

async function noted(entry: string): Promise<string> {
  const answer = await (await caches.open(kAgreed)).match(entry);
  return answer === undefined ? "" : answer.text();
}

// isWhole: the page itself is kept last, so a release that has it has everything.
async function isWhole(release: string): Promise<boolean> {
  return (await caches.has(kRelease + release)) && (await (await caches.open(kRelease + release)).match("./")) !== undefined;
}

// agreeTo makes `release` the one that is served from the next load on.
async function agreeTo(release: string): Promise<void> {
  await (await caches.open(kAgreed)).put(kAgreedEntry, new Response(release));
}

// holdOwn says for as long as the page is open that it needs the files of its release.
function holdOwn(own: string): void {
  void navigator.locks?.request(kRelease + own, {mode: "shared"}, () => new Promise(() => undefined)).catch(() => undefined);
}

// dropOthers drops the releases that nobody needs: neither agreed to, nor on offer, nor open in a tab, nor
// being fetched.
async function dropOthers(): Promise<void> {
  const needed = [await noted(kAgreedEntry), await noted(kNewestEntry)].map((release) => kRelease + release);
  for (const name of await caches.keys()) {
    if (!name.startsWith(kRelease) || needed.includes(name)) continue;
    if (navigator.locks === undefined) await caches.delete(name);
    else await navigator.locks.request(name, {ifAvailable: true}, (lock) => lock !== null && caches.delete(name));
  }
}

async function newRelease(own: string): Promise<string | undefined> {
  const newest = await noted(kNewestEntry);
  return newest !== "" && newest !== own && (await isWhole(newest)) ? newest : undefined;
}

async function offer(own: string, isSigned: (release: string) => Promise<boolean>): Promise<void> {
  const release = await newRelease(own);
  if (release === undefined) return;
  const signed = await isSigned(release);
  const use = async () => {
    await agreeTo(release);
    window.location.reload();
  };
  banner(
    "update",
    h(
      "div",
      {class: signed ? "notice note" : "notice warning"},
      h("p", {}, say("update_ready"), " ", say(signed ? "update_signed" : "update_unsigned")),
      h("p", {class: "actions"}, button(signed ? "plain" : "quiet", say("update_use"), () => void use()), button("quiet", say("update_later"), () => banner("update", undefined))),
    ),
  );
}

// keepRelease registers the worker and offers newer releases. Whatever fails leaves the page as it is.
export async function keepRelease(own: string, isSigned: (release: string) => Promise<boolean>): Promise<void> {
  if (!("serviceWorker" in navigator) || !("caches" in window)) return;
  holdOwn(own);
  // Before a worker can serve anything. Where the browser dropped what was agreed to, this is a first visit again.
  const agreed = await noted(kAgreedEntry);
  if (agreed === "" || (agreed !== own && !(await isWhole(agreed)))) await agreeTo(own);
  const registration = await navigator.serviceWorker.register(workerAddress(), {scope: "./", updateViaCache: "none"});
  const look = () => void offer(own, isSigned).catch(() => undefined);
  const watch = (worker: ServiceWorker | null) =>
    worker?.addEventListener("statechange", () => {
      if (worker.state !== "installing") look();
    });
  registration.addEventListener("updatefound", () => watch(registration.installing));
  watch(registration.installing); // it may have begun before
  look();
  await dropOthers();
}
