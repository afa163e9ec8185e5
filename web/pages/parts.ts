// Parts of the page that come when they are needed. Firefox never asks again for a module that once did
// not come, so it is imported only after its file has come by itself.

const come = new Set<string>();

// arrive throws where the file of that part cannot be had; the import map names it.
async function arrive(part: string): Promise<void> {
  if (come.has(part)) return;
  const map = JSON.parse(document.querySelector("script[type=importmap]")?.textContent ?? "{}") as {integrity?: object};
  const name = Object.keys(map.integrity ?? {}).find((file) => file.startsWith(`./${part}-`));
  if (name === undefined) throw new Error(`the page has no part ${part}`);
  const answer = await fetch(name, {credentials: "omit"});
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  come.add(part);
}

// What only somebody needs who takes a share or holds one.
export async function loadLater() {
  await arrive("later");
  return import("./later.ts");
}

export async function loadQr() {
  await arrive("qr");
  return import("./qr.ts");
}
