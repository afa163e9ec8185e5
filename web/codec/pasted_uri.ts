// URIs as people hand them on: broken over lines, quoted, in brackets, in the middle of a message; by the
// rules of keyferry/codec/pasted_uri.h. All take plain text.

const kMostPlaces = 1024; // a mail of lists and footers has hundreds
const kMostCopied = 8 << 20;
const kMostLines = 256;
const kOpening = /^[ *<([{"'`|“‘„‚«‹”]/;
const kClosing = /[ *.,;:!?)\]>}'"`|”’»›“。…，]$/;
const kClosingFirst = /^[ *.,;:!?)\]>}'"`|”’»›“。…，]/;
// No URI holds these, nor anything beyond ASCII.
const kEnd = /[ \n"<>|`\\\u0080-\uffff]/;

// What a mail program puts before each line of what it quotes.
function withoutQuoteMarks(line: string): string {
  return line.replace(/^[ >]+/, "");
}

function word(text: string): string {
  const end = text.search(kEnd);
  return end < 0 ? text : text.slice(0, end);
}

// onOneLine takes line breaks out, with the spaces and the marks of a quoted mail around them.
export function onOneLine(plain: string): string {
  const lines = plain.split("\n");
  return lines.map((line, i) => {
    const begun = i === 0 ? line : withoutQuoteMarks(line);
    return i === lines.length - 1 ? begun : begun.replace(/ +$/, "");
  }).join("");
}

// withoutMarks drops the spaces, brackets and quotes around a text, and the sentence marks behind it.
export function withoutMarks(text: string): string {
  let first = 0;
  let last = text.length;
  while (first < last && kOpening.test(text[first] as string)) ++first;
  while (last > first && kClosing.test(text[last - 1] as string)) --last;
  return text.slice(first, last);
}

// PastedUri is one place of a message where a URI begins. `readings`: up to the first space or line end;
// then, while nothing but a line end interrupted it, with the next line's first word joined, and so on.
// `endsPlainly`: the first one ends where a URI ends, not at some character that no URI holds.
export interface PastedUri {
  readings: string[];
  endsPlainly: boolean;
}

function readAt(text: string, most: number): PastedUri {
  let joined = word(text);
  let rest = text.slice(joined.length);
  const uri: PastedUri = {readings: [], endsPlainly: rest === "" || rest[0] === "\n" || kClosingFirst.test(rest)};
  for (let lines = 0; lines < kMostLines && joined.length <= most; ++lines) {
    uri.readings.push(withoutMarks(joined));
    const broken = /^ *\n/.exec(rest);
    if (broken === null) break;
    rest = withoutQuoteMarks(rest.slice(broken[0].length));
    const more = word(rest);
    if (more === "") break;
    joined += more;
    rest = rest.slice(more.length);
  }
  return uri;
}

// findUris returns every place where `scheme` begins a word, 1024 at most and 8 Mi characters of readings; a
// reading has at most `most` characters and joins at most 256 lines.
export function findUris(plain: string, scheme: string, most: number): PastedUri[] {
  const found: PastedUri[] = [];
  const lower = plain.toLowerCase().length === plain.length ? plain.toLowerCase() : plain;
  let copied = 0;
  const more = () => found.length < kMostPlaces && copied < kMostCopied;
  for (let at = lower.indexOf(scheme); at >= 0 && more(); at = lower.indexOf(scheme, at + 1)) {
    if (at > 0 && /[a-z0-9]/i.test(plain[at - 1] as string)) continue;
    const uri = readAt(plain.slice(at), most);
    for (const reading of uri.readings) copied += reading.length;
    found.push(uri);
  }
  return found;
}
