// The release that the person agreed to stays until they agree to another. The worker (worker.ts)
// keeps each release in a cache of its own; which one is agreed to stands in a small cache beside them,
// where the worker and the page both read it.

import {say} from "./say.ts";
import {banner} from "./shell.ts";
import {button} from "./controls.ts";
import {h} from "./dom.ts";
import {kAgreed, kRelease} from "./worker_names.ts";

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

async function agreedRelease(): Promise<string> {
  const answer = await (await caches.open(kAgreed)).match("./agreed");
  return answer === undefined ? "" : answer.text();
}

// agreeTo makes `release` the one that is served from the next load on, and drops all others.
async function agreeTo(release: string): Promise<void> {
  await (await caches.open(kAgreed)).put("./agreed", new Response(release));
  for (const name of await caches.keys()) {
    if (name.startsWith(kRelease) && name !== kRelease + release) await caches.delete(name);
  }
}

async function newRelease(own: string): Promise<string | undefined> {
  const names = (await caches.keys()).filter((name) => name.startsWith(kRelease));
  return names.map((name) => name.slice(kRelease.length)).find((release) => release !== own && release !== "");
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
  const registration = await navigator.serviceWorker.register(workerAddress(), {scope: "./", updateViaCache: "none"});
  if ((await agreedRelease()) === "") await agreeTo(own);
  const look = () => void offer(own, isSigned).catch(() => undefined);
  registration.addEventListener("updatefound", () => {
    const worker = registration.installing;
    worker?.addEventListener("statechange", () => {
      if (worker.state !== "installing") look();
    });
  });
  look();
}
