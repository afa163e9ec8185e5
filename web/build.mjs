// Builds with esbuild; runs in build/web-work, where scripts/web_work put the sources beside the npm packages.
//
// usage: node build.mjs site OUTPUT [--sign KEY]    the site; KEY: an Ed25519 private key in PEM (openssl genpkey)
//        node build.mjs tests OUTPUT                the tests, for node --test
//        node build.mjs package OUTPUT              the npm package without a page
import {createHash, createPrivateKey, createPublicKey, sign} from "node:crypto";
import {cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {dirname, join, resolve} from "node:path";
import {fileURLToPath} from "node:url";
import {build} from "esbuild";

const [, , what, target, ...options] = process.argv;
const signing = options[0] === "--sign" ? resolve(options[1] ?? "") : undefined;
if (!["site", "tests", "package"].includes(what) || target === undefined || (options.length > 0 && !(options.length === 2 && signing))) {
  console.error("usage: build.mjs site|tests|package OUTPUT [--sign KEY]");
  process.exit(2);
}
const output = resolve(target);
process.chdir(join(dirname(fileURLToPath(import.meta.url)), ".."));

const common = {
  bundle: true,
  absWorkingDir: process.cwd(),
  format: "esm",
  target: ["es2022"],
  loader: {".txt": "text"},
  logLevel: "warning",
  charset: "utf8",
};

function filesEndingIn(end, folder = "web") {
  return readdirSync(folder, {withFileTypes: true}).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesEndingIn(end, path);
    return entry.name.endsWith(end) ? [path] : [];
  });
}

const hashOf = (algorithm, content, form) => createHash(algorithm).update(content).digest(form);
const integrityOf = (content) => `sha384-${hashOf("sha384", content, "base64")}`;
const shortHash = (content) => hashOf("sha256", content, "hex").slice(0, 10).toUpperCase();

if (what === "tests") {
  await build({
    ...common,
    entryPoints: filesEndingIn("_test.ts"),
    outdir: output,
    outbase: "web",
    outExtension: {".js": ".mjs"},
    platform: "node",
    target: ["node18"],
    packages: "external",
  });
}

if (what === "package") {
  await build({
    ...common,
    entryPoints: ["web/client/package.ts"],
    outfile: join(output, "index.mjs"),
    platform: "neutral",
    target: ["es2022", "node18"],
    packages: "external",
  });
  for (const name of ["README.md", "take.mjs"]) cpSync(join("web/package", name), join(output, name));
  const described = JSON.parse(readFileSync("web/package/package.json", "utf8"));
  writeFileSync(join(output, "package.json"), `${JSON.stringify({name: described.name, version: version(), ...described}, null, 2)}\n`);
}

// The one place that says which release this is.
function version() {
  const found = /^project\(keyferry VERSION ([0-9.]+) /m.exec(readFileSync("CMakeLists.txt", "utf8"));
  if (!found) throw new Error("CMakeLists.txt names no VERSION of the project");
  return found[1];
}

// The key that this release is signed with, as 32 octets in base64url; empty for an unsigned one.
function releaseKey() {
  if (signing === undefined) return {};
  const key = createPrivateKey(readFileSync(signing));
  if (key.asymmetricKeyType !== "ed25519") throw new Error(`${signing}: the release key must be Ed25519`);
  return {key, x: createPublicKey(key).export({format: "jwk"}).x};
}

// The modules: names with their hashes, in the order esbuild found them.
async function buildModules(x) {
  const result = await build({
    ...common,
    entryPoints: {app: "web/pages/main.ts", first: "web/pages/first.ts"},
    outdir: "out",
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    splitting: true,
    minify: true,
    write: false,
    metafile: true,
    define: {KEYFERRY_RELEASE_KEY: JSON.stringify(x ?? "")},
  });
  const files = new Map(result.outputFiles.map((file) => [file.path.split("/").pop(), file.contents]));
  const outputs = Object.entries(result.metafile.outputs).map(([path, about]) => [path.split("/").pop(), about]);
  const app = outputs.find(([, about]) => about.entryPoint === "web/pages/main.ts")[0];
  // The file that first.ts went into runs by itself; the entry that only names it is of no use.
  const runsFirst = outputs.find(([, about]) => "web/pages/first.ts" in about.inputs)[0];
  const entry = outputs.find(([, about]) => about.entryPoint === "web/pages/first.ts")[0];
  if (entry !== runsFirst) files.delete(entry);
  const about = new Map(outputs);
  const first = new Set();
  const visit = (name) => {
    for (const {path, kind} of about.get(name).imports) {
      const imported = path.split("/").pop();
      if (kind === "import-statement" && !first.has(imported)) {
        first.add(imported);
        visit(imported);
      }
    }
  };
  visit(app);
  return {files, app, runsFirst, first: [...first].filter((name) => name !== runsFirst)};
}

function policy(importMap) {
  return [
    "default-src 'none'",
    `script-src 'self' 'sha256-${hashOf("sha256", importMap, "base64")}'`,
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "connect-src 'self' https:",
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types keyferry",
  ].join("; ");
}

async function buildWorker(release, files) {
  const list = [["./", integrityOf(files.get("index.html"))]];
  for (const [name, content] of files) if (name !== "index.html") list.push([`./${name}`, integrityOf(content)]);
  const result = await build({
    ...common,
    entryPoints: ["web/pages/worker.ts"],
    format: "iife",
    minify: true,
    write: false,
    define: {KEYFERRY_RELEASE: JSON.stringify(release), KEYFERRY_FILES: JSON.stringify(list)},
  });
  return result.outputFiles[0].contents;
}

function fill(template, values) {
  return template.replace(/@([A-Z_]+)@/g, (_, name) => {
    if (!(name in values)) throw new Error(`index.html names @${name}@`);
    return values[name];
  });
}

if (what === "site") {
  const {key, x} = releaseKey();
  const {files, app, runsFirst, first} = await buildModules(x);
  const add = (stem, end, content) => {
    const name = `${stem}-${shortHash(content)}.${end}`;
    files.set(name, Buffer.from(content));
    return name;
  };
  const css = await build({entryPoints: ["web/pages/style.css"], minify: true, write: false, logLevel: "warning"});
  const style = add("style", "css", css.outputFiles[0].contents);
  const icon = add("icon", "svg", readFileSync("web/pages/icon.svg"));
  const webmanifest = add("app", "webmanifest", JSON.stringify({
    name: "keyferry", short_name: "keyferry", start_url: "./", scope: "./", display: "standalone",
    background_color: "#ffffff", theme_color: "#0b6e5f", icons: [{src: `./${icon}`, sizes: "any", type: "image/svg+xml"}],
  }));
  const modules = [...files.keys()].filter((name) => name.endsWith(".js"));
  const importMap = JSON.stringify({integrity: Object.fromEntries(modules.map((name) => [`./${name}`, integrityOf(files.get(name))]))});
  const release = `${version()}+${shortHash([...files].map(([name, content]) => `${name} ${integrityOf(content)}`).join("\n")).toLowerCase()}`;
  const page = fill(readFileSync("web/pages/index.html", "utf8"), {
    POLICY: policy(importMap),
    RELEASE: release,
    ICON: icon,
    WEBMANIFEST: webmanifest,
    STYLE: style,
    STYLE_HASH: integrityOf(files.get(style)),
    IMPORTMAP: importMap,
    FIRST: runsFirst,
    FIRST_HASH: integrityOf(files.get(runsFirst)),
    PRELOADS: first.map((name) => `<link rel="modulepreload" href="./${name}" integrity="${integrityOf(files.get(name))}">\n`).join(""),
    APP: app,
    APP_HASH: integrityOf(files.get(app)),
  });
  files.set("index.html", Buffer.from(page));
  files.set("worker.js", await buildWorker(release, files));
  const manifest = JSON.stringify({
    format: "keyferry.web.v1",
    release,
    files: Object.fromEntries([...files].sort().map(([name, content]) => [name, hashOf("sha256", content, "hex")])),
  });
  files.set("manifest.json", Buffer.from(`${manifest}\n`));
  if (key !== undefined) {
    const encode = (text) => Buffer.from(text).toString("base64url");
    const signed = `${encode(JSON.stringify({alg: "EdDSA", typ: "keyferry-web+jwt"}))}.${encode(manifest)}`;
    files.set("manifest.jws", Buffer.from(`${signed}.${sign(null, Buffer.from(signed), key).toString("base64url")}\n`));
  }
  rmSync(output, {recursive: true, force: true});
  mkdirSync(output, {recursive: true});
  for (const [name, content] of files) writeFileSync(join(output, name), content);
  // What nginx sends with every answer: frame-ancestors counts in a header only.
  const headers = [
    ["Content-Security-Policy", `${policy(importMap)}; frame-ancestors 'none'`],
    ["Integrity-Policy", "blocked-destinations=(script)"],
    ["Referrer-Policy", "no-referrer"],
    ["Cross-Origin-Opener-Policy", "same-origin"],
    ["Cross-Origin-Resource-Policy", "same-origin"],
    ["X-Content-Type-Options", "nosniff"],
    ["Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"],
  ];
  writeFileSync(`${output}.headers.conf`, headers.map(([name, value]) => `add_header ${name} "${value}" always;\n`).join(""));

  console.log(`web: release ${release}, ${files.size} files in ${target}${key === undefined ? ", unsigned" : ""}`);
}
