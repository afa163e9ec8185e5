// The service worker: makes the site usable offline, and serves the release that the person agreed to.
// It answers from the cache whatever the address says behind its path, and neither stores nor logs a
// request: its address can hold a link's secret.

import {kAgreed, kAgreedEntry, kNewestEntry, kRelease} from "./worker_names.ts";

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

// fetchAll fetches this release, each file checked against its hash. The page itself comes last: a release
// whose cache has it is whole, and only then is it named as the newest.
async function fetchAll(): Promise<void> {
  const cache = await caches.open(kRelease + KEYFERRY_RELEASE);
  for (const [name, integrity] of [...KEYFERRY_FILES].reverse()) {
    const answer = await fetch(name, {integrity, cache: "no-cache", credentials: "omit", referrerPolicy: "no-referrer"});
    if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
    await cache.put(name, answer);
  }
  await (await caches.open(kAgreed)).put(kNewestEntry, new Response(KEYFERRY_RELEASE));
}

// While its lock is held, no page drops the cache (updates.ts).
async function install(): Promise<void> {
  const locks = navigator.locks as LockManager | undefined;
  await (locks === undefined ? fetchAll() : locks.request(kRelease + KEYFERRY_RELEASE, {mode: "shared"}, fetchAll));
  // A new worker takes over at once; which release it serves is another matter.
  await scope.skipWaiting();
}

// kept looks into the release that was agreed to. Another tab may still show the one before, so what bears
// its hash in its name is looked for in every release.
async function kept(name: string): Promise<Response | undefined> {
  const entry = await (await caches.open(kAgreed)).match(kAgreedEntry);
  const agreed = kRelease + (entry === undefined ? KEYFERRY_RELEASE : await entry.text());
  const others = name === "./" ? [] : (await caches.keys()).filter((other) => other.startsWith(kRelease));
  for (const release of [agreed, ...others]) {
    const found = (await caches.has(release)) ? await (await caches.open(release)).match(name) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
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
  return (await kept(name)) ?? fetch(request);
}

scope.addEventListener("install", (event) => event.waitUntil(install()));
scope.addEventListener("activate", (event) => event.waitUntil(scope.clients.claim()));
scope.addEventListener("fetch", (event) => {
  const name = event.request.method === "GET" ? nameOf(event.request) : undefined;
  if (name !== undefined && name !== "./worker.js") event.respondWith(answer(name, event.request));
});
