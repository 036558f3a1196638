// The import rule of the house: extension and cli → rooms → engine. Types count as well as values.

/** A room of src/ imports nothing of src/ but itself, the engine, and what is listed. */
const room = (name, ...allowed) => ({
  name: `${name}-imports`,
  severity: 'error',
  from: { path: `^src/${name}/` },
  to: { path: '^src/', pathNot: [`^src/(${name}|engine)/`, ...allowed.map((path) => `^src/${path}`)] },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'engine-is-pure',
      comment: 'No other room, no package, no built-in module: the world comes in through engine/ports.ts.',
      severity: 'error',
      from: { path: '^src/engine/' },
      to: { pathNot: '^src/engine/' },
    },
    room('models'),
    room('tools'),
    room('journal'),
    room(
      'disk',
      'journal/(processLock|importedMessages)\\.ts$',
      'models/embedding(Endpoint|Prices)\\.ts$',
      'tools/guardedGit\\.ts$',
    ),
    room('host', 'webview/(protocol|notesProtocol)\\.ts$'),
    {
      name: 'webview-imports',
      comment: 'Browser code: no other room, and not the engine either.',
      severity: 'error',
      from: { path: '^src/webview/' },
      to: { path: '^src/', pathNot: '^src/webview/' },
    },
    {
      name: 'cli-imports',
      comment: 'The same engine without an editor; the disk process is reached through its client.',
      severity: 'error',
      from: { path: '^src/cli/' },
      to: {
        path: '^src/',
        pathNot: '^src/(cli|engine|models|tools|journal)/|^src/disk/(client|protocol)\\.ts$',
      },
    },
    {
      name: 'extension-imports',
      severity: 'error',
      // The files of src/ itself.
      from: { path: '^src/[^/]+\\.ts$' },
      to: { path: '^src/(cli|webview)/|^src/disk/(?!(client|protocol)\\.ts$)' },
    },
    {
      name: 'vscode-only-in-host',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(host/|extension\\.ts$)' },
      to: { path: '^vscode$|/@types/vscode/' },
    },
    {
      name: 'no-cycles',
      comment: 'Types may refer to each other across files.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
  },
};
