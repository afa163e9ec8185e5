// Elements made one by one: no text ever becomes markup.

export type Child = Node | string | undefined | false;
type Attributes = Record<string, string | boolean | ((event: Event) => void) | undefined>;

// h makes an element. An attribute that is a function listens to that event ("click"); true sets an
// attribute without value; false and undefined leave it out.
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K, attributes: Attributes = {}, ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child): child is Node | string => child !== undefined && child !== false));
  return element;
}

// svg makes a drawing of one path; it means nothing to a screen reader unless it has a label.
export function svg(box: string, path: string, attributes: Record<string, string> = {}): SVGSVGElement {
  const space = "http://www.w3.org/2000/svg";
  const element = document.createElementNS(space, "svg");
  element.setAttribute("viewBox", box);
  const drawn = document.createElementNS(space, "path");
  drawn.setAttribute("d", path);
  element.append(drawn);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (attributes["role"] === undefined) element.setAttribute("aria-hidden", "true");
  return element;
}

let count = 0;

// newId names an element for labels and descriptions.
export function newId(): string {
  return `e${++count}`;
}

// saveFile lets the person keep `content` as a file.
export function saveFile(name: string, content: Uint8Array<ArrayBuffer>, type = "application/octet-stream"): void {
  const url = URL.createObjectURL(new Blob([content], {type}));
  const link = h("a", {href: url, download: name, hidden: true});
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
