// Repairs of a pasted text as a whole: what messengers and mail programs put around and into links.
// The same marks as in keyferry/transfer/link_text.cc.

const kInvisible = /[\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e]/g;
const kOpening = /^[ \t<([{"'`\u201c\u2018\u201e\u201a\u00ab\u2039\u201d]/;
const kClosing = /[ \t.,;:!?)\]>}'"`\u201d\u2019\u00bb\u203a\u201c\u3002\u2026]$/;

// tidyLinkText joins broken lines and takes off what surrounds the link.
export function tidyLinkText(text: string): string {
  let rest = text
    .replace(kInvisible, "")
    .replace(/\u00a0/g, " ")
    .replace(/[ \t]*[\r\n][\r\n \t]*/g, "");
  for (let before = ""; before !== rest; ) {
    before = rest;
    rest = rest.replace(kOpening, "").replace(kClosing, "");
  }
  return rest;
}
