// What a call throws, as the code and reason that callers decide on.

import {asError, type KeyferryError} from "../base/error.ts";

export async function failureOf(call: () => unknown): Promise<KeyferryError | undefined> {
  try {
    await call();
  } catch (thrown) {
    return asError(thrown);
  }
  return undefined;
}
