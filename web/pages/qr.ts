// A QR code as the path of a drawing; loaded when one is asked for.

import {encode} from "uqr";

export function qrPath(content: string): {size: number; path: string} {
  const code = encode(content, {ecc: "M", border: 4});
  let path = "";
  code.data.forEach((row, y) => row.forEach((dark, x) => {
    if (dark) path += `M${x} ${y}h1v1h-1z`;
  }));
  return {size: code.size, path};
}
