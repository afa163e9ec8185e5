// The service worker: makes the site usable offline, and serves the release that the person agreed to.
// It answers from the cache whatever the address says behind its path, and neither stores nor logs a
// request: its address can hold a link's secret.

import {kAgreed, kRelease} from "./worker_names.ts";

declare const KEYFERRY_RELEASE: string;
declare const KEYFERRY_FILES: readonly [string, string][]; // name, SRI hash

interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchEvent extends ExtendableEvent {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface WorkerScope {
  addEventListener(type: "install" | "activate", listen: (event: ExtendableEvent) => void): void;
  addEventListener(type: "fetch", listen: (event: FetchEvent) => void): void;
  skipWaiting(): Promise<void>;
  clients: {claim(): Promise<void>};
  registration: {scope: string};
}
const scope = self as unknown as WorkerScope;

// install fetches this release, each file checked against its hash.
async function install(): Promise<void> {
  const cache = await caches.open(kRelease + KEYFERRY_RELEASE);
  for (const [name, integrity] of KEYFERRY_FILES) {
    const answer = await fetch(name, {integrity, cache: "no-cache", credentials: "omit", referrerPolicy: "no-referrer"});
    if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
    await cache.put(name, answer);
  }
  // A new worker takes over at once; which release it serves is another matter.
  await scope.skipWaiting();
}

async function agreedCache(): Promise<Cache | undefined> {
  const agreed = await (await caches.open(kAgreed)).match("./agreed");
  const release = agreed === undefined ? KEYFERRY_RELEASE : await agreed.text();
  return (await caches.has(kRelease + release)) ? caches.open(kRelease + release) : undefined;
}

// nameOf is the file that a request is for, below the scope; nothing for what lies elsewhere.
function nameOf(request: Request): string | undefined {
  const url = new URL(request.url);
  const base = new URL(scope.registration.scope);
  if (url.origin !== base.origin || !url.pathname.startsWith(base.pathname)) return undefined;
  const name = url.pathname.slice(base.pathname.length);
  return name === "" || name === "index.html" ? "./" : `./${name}`;
}

async function answer(name: string, request: Request): Promise<Response> {
  const cached = await (await agreedCache())?.match(name);
  return cached ?? fetch(request);
}

scope.addEventListener("install", (event) => event.waitUntil(install()));
scope.addEventListener("activate", (event) => event.waitUntil(scope.clients.claim()));
scope.addEventListener("fetch", (event) => {
  const name = event.request.method === "GET" ? nameOf(event.request) : undefined;
  if (name !== undefined && name !== "./worker.js") event.respondWith(answer(name, event.request));
});
