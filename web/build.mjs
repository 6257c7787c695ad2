// Builds pipeline/page/static: one script, one style sheet, the licences of what is inside, and a manifest of sources.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build, transform } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, "..", "pipeline", "page", "static");
const read = (...names) => readFileSync(join(here, ...names), "utf8");
const version = (name) => JSON.parse(read("node_modules", name, "package.json")).version;

const NOTICE = [
  `Apache ECharts ${version("echarts")}, Apache License 2.0, https://www.apache.org/licenses/LICENSE-2.0`,
  read("node_modules", "echarts", "NOTICE").trim(),
  "Parts of it come from D3, Copyright 2010-2016 Mike Bostock, BSD 3-Clause:",
  read("node_modules", "echarts", "licenses", "LICENSE-d3").trim(),
  `ZRender ${version("zrender")}, BSD 3-Clause:`,
  read("node_modules", "zrender", "LICENSE").trim(),
  `tslib ${version("tslib")}, 0BSD, Copyright (c) Microsoft Corporation.`,
].join("\n\n");

const script = await build({
  absWorkingDir: here,
  entryPoints: ["src/main.js"],
  bundle: true,
  minify: true,
  write: false,
  format: "iife",
  target: ["es2022"],
  charset: "ascii",
  legalComments: "none",
  banner: { js: `/*!\n${NOTICE.replaceAll("*/", "* /").replaceAll("<", "(").replaceAll(">", ")")}\n*/` },
});

const dark = read("src", "dark.css").replace(/^\/\*.*\*\/\n/, "");
const css = read("src", "page.css").replace(
  "/* dark.css */",
  `@media screen { :root[data-theme="dark"] { ${dark} } }
@media screen and (prefers-color-scheme: dark) { :root:not([data-theme="light"]) { ${dark} } }`,
);
const style = await transform(css, { loader: "css", minify: true, charset: "ascii", target: ["chrome111", "firefox113", "safari16.4"] });

const files = { "page.js": script.outputFiles[0].text.trimEnd(), "page.css": style.code.trimEnd(), "NOTICE.txt": `${NOTICE}\n` };
const sources = ["build.mjs", "package.json", "package-lock.json", ...readdirSync(join(here, "src")).map((name) => `src/${name}`)];
const digest = (text) => createHash("sha256").update(text).digest("hex");
const manifest = {
  built: Object.fromEntries(Object.entries(files).map(([name, text]) => [name, digest(text)])),
  sources: Object.fromEntries(sources.sort().map((name) => [name, digest(read(name))])),
};

mkdirSync(out, { recursive: true });
for (const [name, text] of Object.entries(files)) writeFileSync(join(out, name), text);
writeFileSync(join(out, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
for (const [name, text] of Object.entries(files)) console.log(`${name}: ${text.length.toLocaleString("en")} characters`);
