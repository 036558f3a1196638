// Builds everything that runs into dist/:
//
//   extension.js    what VS Code loads at activation
//   *.js            processes, workers and lazily loaded parts: one bundle for each of `nodeEntries`
//   lancedb.*.node  LanceDB's native library for this platform
//   grammars/       tree-sitter's wasm runtime and its grammars
//   bin/            ripgrep
//   webview/        browser code, styles and the icon font
//
// Lazy loading: `await import('../models/openaiModel')` of a module that is an entry below is not inlined
// but becomes a require of the sibling bundle `./openaiModel.js`. All other imports are bundled: dist/ runs
// without node_modules. Workers and child processes are found by `join(__dirname, 'disk.js')`.
//
// Flags: --watch, --production (minified, no source maps), --outdir FOLDER instead of dist/.

const esbuild = require('esbuild');
const { copyFileSync, globSync, mkdirSync, renameSync, rmSync, statSync } = require('node:fs');
const { basename, join, resolve } = require('node:path');
const { parseArgs } = require('node:util');

const { production, watch, outdir } = parseArgs({
  options: {
    production: { type: 'boolean', default: false },
    watch: { type: 'boolean', default: false },
    outdir: { type: 'string', default: join(__dirname, 'dist') },
  },
}).values;
const modules = join(__dirname, 'node_modules');

if (globSync === undefined) {
  console.error(`error: Node ${process.versions.node} is too old to build: "npm run build" brings its own.`);
  process.exit(1);
}

const nodeEntries = {
  extension: 'src/extension.ts',
  vctx: 'src/cli/main.ts',
  disk: 'src/disk/main.ts',
  indexWorker: 'src/disk/indexWorker.ts',
  walkWorker: 'src/disk/walkWorker.ts',
  tokenWorker: 'src/models/tokenWorker.ts',
  openaiModel: 'src/models/openaiModel.ts',
  composer: 'src/composer.ts',
  commandSafety: 'src/tools/commandSafety/classifyCommand.ts',
  agent: 'src/agent.ts',
  chatStore: 'src/chatStore.ts',
  frontMatter: 'src/tools/frontMatter.ts',
  fetchPage: 'src/tools/fetchPage.ts',
};

const webviewEntries = {
  chat: 'src/webview/chat/main.ts',
  notes: 'src/webview/notes/main.ts',
};

/** Where the grammars come from. */
const grammars = [
  'web-tree-sitter/tree-sitter.wasm',
  '@vscode/tree-sitter-wasm/wasm/tree-sitter-*.wasm',
  'tree-sitter-wasms/out/tree-sitter-{c,html,kotlin,swift}.wasm',
  'tree-sitter-scala/tree-sitter-scala.wasm',
  '@tree-sitter-grammars/tree-sitter-lua/tree-sitter-lua.wasm',
];

/** Files copied as they are: destination in dist/ → pattern in node_modules. */
const assets = {
  '.': '@lancedb/lancedb-*/lancedb.*.node',
  grammars: `{${grammars.join(',')}}`,
  bin: `@vscode/ripgrep-${process.platform}-${process.arch}/bin/rg*`,
  webview: '@vscode/codicons/dist/codicon.{css,ttf}',
};

/** Must not be loaded at activation: whole packages that only the lazy bundles and processes use. */
const heavy = /node_modules\/(@lancedb|apache-arrow|web-tree-sitter|gpt-tokenizer|openai)\//;
const maxExtensionBytes = 500 * 1024;

/** @type {esbuild.Plugin} */
const lazyEntries = {
  name: 'lazy-entries',
  setup(build) {
    /** @param {string} file */
    const withoutExtension = (file) => resolve(__dirname, file).replace(/\.[jt]s$/, '');
    const bundles = new Map(
      Object.entries(nodeEntries).map(([name, file]) => [withoutExtension(file), name]),
    );
    build.onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
      const name = kind === 'dynamic-import' && bundles.get(withoutExtension(join(resolveDir, path)));
      return name ? { path: `./${name}.js`, external: true } : undefined;
    });
  },
};

/** @satisfies {esbuild.BuildOptions} */
const common = {
  absWorkingDir: __dirname,
  bundle: true,
  minify: production,
  // Errors are told apart by name where bundles meet, and the log names them.
  keepNames: true,
  sourcemap: !production,
  metafile: true,
  logLevel: 'info',
};

/** @satisfies {esbuild.BuildOptions} */
const nodeBuild = {
  ...common,
  entryPoints: nodeEntries,
  outdir,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  // LanceDB's loader tries `./lancedb.<platform>.node` before the package of that name.
  external: ['vscode', '*.node', '@lancedb/lancedb-*'],
  // The CommonJS builds, however they are imported: LanceDB and src/disk must share one copy of Arrow, and
  // the module build of web-tree-sitter wants import.meta.
  alias: {
    'apache-arrow': require.resolve('apache-arrow'),
    'web-tree-sitter': require.resolve('web-tree-sitter'),
    // Its CommonJS build loads its parts in a way that cannot be bundled.
    'jsonc-parser': join(modules, 'jsonc-parser/lib/esm/main.js'),
  },
  // Dynamic imports become require: the extension host provides the vscode module only to that.
  supported: { 'dynamic-import': false },
  plugins: [lazyEntries],
};

/** @satisfies {esbuild.BuildOptions} */
const webviewBuild = {
  ...common,
  entryPoints: webviewEntries,
  outdir: join(outdir, 'webview'),
  platform: 'browser',
  format: 'iife',
  target: 'es2022',
};

function copyAssets() {
  for (const [folder, pattern] of Object.entries(assets)) {
    const files = globSync(pattern, { cwd: modules });
    if (files.length === 0) console.warn(`warning: no ${pattern} for this platform`);
    mkdirSync(join(outdir, folder), { recursive: true });
    for (const file of files) copyIfChanged(join(modules, file), join(outdir, folder, basename(file)));
  }
}

/**
 * By renaming a copy: a running disk process keeps the library it has mapped.
 * @param {string} from
 * @param {string} to
 */
function copyIfChanged(from, to) {
  const source = statSync(from);
  const target = statSync(to, { throwIfNoEntry: false });
  if (target?.size === source.size && target.mtimeMs >= source.mtimeMs) return;
  copyFileSync(from, `${to}.new`);
  renameSync(`${to}.new`, to);
}

/** @param {esbuild.Metafile} metafile */
function checkExtension({ outputs }) {
  const extension = Object.values(outputs).find(({ entryPoint }) => entryPoint === nodeEntries.extension);
  const { inputs = {}, bytes = 0 } = extension ?? {};
  const wrong = Object.keys(inputs).filter((file) => heavy.test(file));
  if (wrong.length > 0) throw new Error(`extension.js must load these lazily:\n  ${wrong.join('\n  ')}`);
  if (production && bytes > maxExtensionBytes) {
    throw new Error(`extension.js has ${bytes} bytes, more than ${maxExtensionBytes}`);
  }
}

async function main() {
  if (production) rmSync(outdir, { recursive: true, force: true });
  copyAssets();
  if (watch) {
    for (const options of [nodeBuild, webviewBuild]) await (await esbuild.context(options)).watch();
  } else {
    const [node] = await Promise.all([esbuild.build(nodeBuild), esbuild.build(webviewBuild)]);
    checkExtension(node.metafile);
  }
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
