// A QR code as a drawing; loaded when one is asked for.

import {encode} from "uqr";

import {svg} from "./dom.ts";

export function qrPicture(content: string, label: string): SVGSVGElement {
  const code = encode(content, {ecc: "M", border: 4});
  let path = "";
  code.data.forEach((row, y) => row.forEach((dark, x) => {
    if (dark) path += `M${x} ${y}h1v1h-1z`;
  }));
  return svg(`0 0 ${code.size} ${code.size}`, path, {role: "img", "aria-label": label, "shape-rendering": "crispEdges"});
}
