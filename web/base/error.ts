// What went wrong, as a value that programs can decide on: the same codes as in keyferry/base/error.h.
// What a person reads is made from `reason` and `code` by the language files; `detail` is English,
// for whoever looks closer, and never holds a secret.

export type Errc =
  | "invalid"
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "conflict"
  | "precondition_failed"
  | "too_large"
  | "too_many"
  | "cannot_open"
  | "unavailable"
  | "network"
  | "storage_full"
  | "io"
  | "internal";

export class KeyferryError extends Error {
  readonly code: Errc;
  readonly reason: string;
  readonly detail: string;

  constructor(code: Errc, detail: string, reason = "") {
    super(detail);
    this.name = "KeyferryError";
    this.code = code;
    this.detail = detail;
    this.reason = reason;
  }
}

export function fail(code: Errc, detail: string, reason = ""): KeyferryError {
  return new KeyferryError(code, detail, reason);
}

// inContext says what was being done when `error` came; code and reason stay.
export function inContext(context: string, error: unknown, reason?: string): KeyferryError {
  const known = asError(error);
  return new KeyferryError(known.code, `${context}: ${known.detail}`, reason ?? known.reason);
}

// asError turns whatever was thrown into a KeyferryError.
export function asError(thrown: unknown): KeyferryError {
  if (thrown instanceof KeyferryError) return thrown;
  return new KeyferryError("internal", thrown instanceof Error ? thrown.message : String(thrown));
}

// require stops where a promise of the caller is broken.
export function require(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`broken promise: ${what}`);
}
