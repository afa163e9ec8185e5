// Two tabs never drive one transfer: the second waits until the first is closed.

// withLock runs `work` while no other tab of this site holds `name`. `elsewhere` is called once if it
// has to wait. Aborting `signal` while it waits makes the promise fail with an AbortError.
export async function withLock<T>(
  name: string, elsewhere: () => void, signal: AbortSignal, work: () => Promise<T>,
): Promise<T> {
  // Browsers without locks are older than any that have the cipher suites.
  if (navigator.locks === undefined) return work();
  const free = await navigator.locks.request(name, {ifAvailable: true}, async (lock) =>
    lock === null ? undefined : {value: await work()},
  );
  if (free !== undefined) return free.value;
  elsewhere();
  return navigator.locks.request(name, {signal}, work);
}
