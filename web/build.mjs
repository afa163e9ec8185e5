// Builds with esbuild; runs in build/web-work, where scripts/web_work put the sources beside the npm
// packages. usage: node web/build.mjs site|tests|package OUTPUT
import {build} from "esbuild";
import {readdirSync} from "node:fs";
import {join} from "node:path";

const [, , what, output] = process.argv;

const common = {
  bundle: true,
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
}
