// What the address bar brought. This is the first thing that runs: the secret is read once and taken
// out of the tab's own entry, with everything else, before anything can fail or be fetched.

export interface Arrival {
  // The link as it was sent, put together again; nothing where the page was opened without one.
  link?: string;
  // A link was opened here and the page loaded again since: it has to be opened anew.
  lost: boolean;
}

function readLink(search: string, fragment: string): string | undefined {
  const query = new URLSearchParams(search);
  const relay = query.get("relay");
  if (relay === null) return undefined;
  const mailbox = query.get("m");
  const path = query.get("t") === null ? `/v1/m/${mailbox ?? ""}` : "/t/";
  const vertical = query.get("v");
  return relay.replace(/\/+$/, "") + path + (vertical === null ? "" : `?v=${vertical}`) + fragment;
}

function takeArrival(): Arrival {
  const {hash, search, pathname} = window.location;
  const lost = (window.history.state as {opened?: boolean} | null)?.opened === true;
  if (hash !== "" || search !== "") window.history.replaceState({opened: true}, "", pathname);
  const link = readLink(search, hash);
  return link === undefined ? {lost} : {link, lost: false};
}

// settle is called once the link is not needed again: it was taken, or left.
export function settleArrival(): void {
  window.history.replaceState(null, "");
}

export const arrival: Arrival = takeArrival();

// onArrival is for a link that is put into the address bar of a page that is open already.
export function onArrival(use: (arrival: Arrival) => void): void {
  window.addEventListener("hashchange", () => use(takeArrival()));
}
