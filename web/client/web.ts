// HTTPS as the wallet speaks it: retries of what was lost, no redirects, bounded answers, errors as
// values. Everything goes through one `fetch`, without cookies, referrer or cache.

import {type Bytes, concat} from "../base/bytes.ts";
import {asError, fail, type Errc, type KeyferryError} from "../base/error.ts";
import {isObject, parseJsonObject, type Json, type JsonObject} from "../codec/json.ts";
import {type Time} from "../codec/rfc3339.ts";
import {label} from "../codec/text.ts";

export interface WebRequest {
  method: string;
  url: string;
  headers?: Record<string, string>;
  body?: string | Bytes;
  timeoutSeconds?: number; // 20 if not said
}

export interface WebResponse {
  status: number;
  headers: Headers;
  body: Bytes;
  repeated: boolean; // an earlier try of the same call was lost, and may have been carried out
}

// What the surroundings give a Web; tests and Node give others than a page.
export interface Surroundings {
  fetch: typeof fetch;
  now: () => Time; // of this machine's clock
  sleep: (seconds: number, signal?: AbortSignal) => Promise<void>;
}

export const kRealSurroundings: Surroundings = {
  fetch: (...call) => fetch(...call),
  now: () => Date.now() / 1000,
  sleep: (seconds, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, seconds * 1000);
      signal?.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    }),
};

const kTimeout = 20;
const kMostBody = 1 << 20;
const kPauses = [0.2, 1];
const kMostWait = 120; // for all 429 together
const kClockTolerance = 60;

export class Web {
  // How far the servers' clock is ahead of ours; shared with whatever withSignal made.
  private clock = {difference: 0};
  private waitLeft = kMostWait;
  private readonly signal: AbortSignal | undefined;

  // `signal` ends every call, with reason `stopped`.
  constructor(readonly surroundings: Surroundings = kRealSurroundings, signal?: AbortSignal) {
    this.signal = signal;
  }

  withSignal(signal: AbortSignal): Web {
    const web = new Web(this.surroundings, signal);
    web.clock = this.clock;
    return web;
  }

  // clockDifference is in seconds; 0 before any server said what time it is.
  get clockDifference(): number {
    return this.clock.difference;
  }
  // now is the servers' time where ours is plainly wrong, so that a proof made with it is accepted.
  now(): Time {
    const own = this.surroundings.now();
    return Math.abs(this.clockDifference) > kClockTolerance ? own + this.clockDifference : own;
  }
  noteServerTime(time: Time): void {
    this.clock.difference = time - this.surroundings.now();
  }
  sleep(seconds: number): Promise<void> {
    return this.surroundings.sleep(seconds, this.signal);
  }

  // send makes a call and, while the network fails or a proxy answers 502, 503 or 504, makes it again:
  // three times in all. A 429 is waited out for as long as Retry-After asks, within limits. `make`
  // builds each try, so that a proof is fresh and a request id stays the same. Throws: network;
  // forbidden, reason redirect; too_large.
  async send(make: () => WebRequest | Promise<WebRequest>): Promise<WebResponse> {
    for (const [round, pause] of kPauses.entries()) {
      const answer = await this.sendPatiently(make).catch((thrown: unknown) => asError(thrown));
      const lost = answer instanceof Error ? answer.code === "network" : [502, 503, 504].includes(answer.status);
      if (!lost && answer instanceof Error) throw answer;
      if (!lost) return {...(answer as WebResponse), repeated: round > 0};
      await this.sleep(pause);
    }
    return {...(await this.sendPatiently(make)), repeated: true};
  }

  private async sendPatiently(make: () => WebRequest | Promise<WebRequest>): Promise<WebResponse> {
    for (;;) {
      const answer = await this.sendOnce(await make());
      if (answer.status !== 429) return answer;
      const asked = Math.max(1, retryAfter(answer) ?? 5);
      if (asked > this.waitLeft) return answer;
      this.waitLeft -= asked;
      await this.sleep(asked);
    }
  }

  private async sendOnce(request: WebRequest): Promise<WebResponse> {
    const timeout = AbortSignal.timeout((request.timeoutSeconds ?? kTimeout) * 1000);
    const both = new AbortController();
    const stop = () => both.abort();
    for (const signal of [timeout, this.signal]) signal?.addEventListener("abort", stop);
    if (this.signal?.aborted) throw fail("network", "stopped", "stopped");
    try {
      const response = await this.surroundings.fetch(request.url, {
        method: request.method,
        headers: request.headers ?? {},
        ...(request.body === undefined ? {} : {body: request.body}),
        redirect: "manual",
        credentials: "omit",
        cache: "no-store",
        referrerPolicy: "no-referrer",
        signal: both.signal,
      });
      return await this.received(response);
    } catch (thrown) {
      const error = asError(thrown);
      if (error.code !== "internal") throw error;
      const why = this.signal?.aborted ? "stopped" : timeout.aborted ? "timeout" : "unreachable";
      throw fail("network", `${new URL(request.url).origin}: ${why}`, why);
    } finally {
      for (const signal of [timeout, this.signal]) signal?.removeEventListener("abort", stop);
    }
  }

  private async received(response: Response): Promise<WebResponse> {
    const redirects = response.status >= 300 && response.status < 400 && response.status !== 304;
    if (response.type === "opaqueredirect" || redirects) {
      throw fail("forbidden", "the server answers with a redirect, which is not followed", "redirect");
    }
    const date = Date.parse(response.headers.get("Date") ?? "");
    if (!Number.isNaN(date)) this.noteServerTime(date / 1000);
    return {status: response.status, headers: response.headers, body: await bodyOf(response), repeated: false};
  }
}

// bodyOf reads at most kMostBody octets, whatever a server sends.
async function bodyOf(response: Response): Promise<Bytes> {
  const reader = response.body?.getReader();
  if (reader === undefined) return new Uint8Array(0);
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const {done, value} = await reader.read();
    if (done) return concat(...parts);
    size += value.length;
    if (size > kMostBody) {
      void reader.cancel().catch(() => undefined);
      throw fail("too_large", "the server's answer has more than a megabyte", "answer");
    }
    parts.push(value);
  }
}

// retryAfter reads that header as whole seconds, a day at most; nothing otherwise.
export function retryAfter(response: WebResponse): number | undefined {
  const text = response.headers.get("Retry-After") ?? "";
  return /^\d{1,9}$/.test(text) ? Math.min(Number(text), 86400) : undefined;
}

// jsonOf reads an answer's body as an object, whatever its media type says. Throws: invalid.
export function jsonOf(response: WebResponse): JsonObject {
  return parseJsonObject(response.body, {octets: kMostBody, depth: 32});
}

function shown(value: Json | undefined): string {
  return typeof value === "string" ? label(value, 300) : "";
}

// The value of `error="…"` in a challenge.
function challenged(response: WebResponse): string {
  return label(/\berror="([^"]*)"/.exec(response.headers.get("WWW-Authenticate") ?? "")?.[1] ?? "", 300);
}

const kCodes: Record<number, Errc> = {
  401: "unauthorized", 403: "forbidden", 404: "not_found", 409: "conflict", 412: "precondition_failed",
  413: "too_large", 429: "too_many", 507: "storage_full",
};

// errorOf turns an answer that is no success into an error: of a problem document (RFC 9457) its
// `detail` and `error`, of an OAuth error object its `error_description` and, before that,
// `keyferry.error` and `error`. Texts come out cleaned and at most 300 characters long. What a server
// calls malformed (400) is `forbidden`: it said no.
export function errorOf(response: WebResponse): KeyferryError {
  const code = kCodes[response.status] ?? (response.status >= 500 ? "unavailable" : "forbidden");
  let object: JsonObject;
  try {
    object = jsonOf(response);
  } catch {
    return fail(code, `the server answers ${response.status}`, challenged(response));
  }
  const detail = shown(object["detail"]) || shown(object["error_description"]) || `the server answers ${response.status}`;
  const ours = object["keyferry"];
  const reason = (isObject(ours) ? shown(ours["error"]) : "") || shown(object["error"]) || challenged(response);
  return fail(code, detail, reason);
}

// What an answer is that no server of ours gave: a captive portal's, a wrong proxy's.
const kBetween = "between";

// fromBetween is the error of an answer that is somebody's on the way: what the server did is not known.
export function fromBetween(detail: string): KeyferryError {
  return fail("forbidden", detail, kBetween);
}

// isFromBetween says whether an error leaves open what the server did because somebody on the way
// answered instead, or redirected: it ends nothing, and may be gone when the network is another.
export function isFromBetween(error: KeyferryError): boolean {
  return error.reason === kBetween || error.reason === "redirect";
}

// wasLost says whether an error is a call that may have been lost on the way: worth repeating.
export function wasLost(error: KeyferryError): boolean {
  return error.code === "network" || error.code === "unavailable" || error.code === "too_many";
}
