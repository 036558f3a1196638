import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { startEmbeddingServer } from '../../support/embeddingServer';
import { runCli } from './runCli';

it('makes vectors at the endpoint that is named, and sends nothing that may cost money without a yes', async () => {
  const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'vc-cli-')));
  const folder = join(scratch, 'project');
  mkdirSync(folder);
  const server = await startEmbeddingServer();
  try {
    writeFileSync(join(folder, 'garage.ts'), 'export class Automobile {}\n');
    writeFileSync(join(folder, 'lake.ts'), 'export class Boat {}\n');
    const store = ['--store', join(scratch, 'store')];
    const paid = await runCli(inject('dist'), [
      ...['index', folder, ...store, '--embeddings', 'openai'],
      ...['--embeddings-url', 'https://embeddings.invalid/v1', '--embeddings-model', 'words'],
    ]);
    expect(paid).toMatchObject({ status: 1, stdout: '' });
    expect(paid.stderr).toMatch(
      /Nothing was sent: 2 pages, about \d+ tokens, .*\(unknown price\)\. Say --yes/,
    );
    const found = await runCli(inject('dist'), [
      ...['search', 'car', '--workspace', folder, ...store, '--json', '--embeddings', 'ollama'],
      ...['--embeddings-url', server.url, '--embeddings-model', 'words'],
    ]);
    expect(found).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(found.stdout).hits[0]).toMatchObject({ path: 'garage.ts' });
    expect(new Set(server.asked)).toEqual(new Set(['/api/embed']));
  } finally {
    await server.close();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 10 });
  }
});
