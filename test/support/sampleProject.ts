import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../scripts/run.mjs';
import { commitAll } from './commitAll';

/**
 * A real project in a folder of its own, as a fresh git clone has it: the OpenAI client library, whose package
 * ships its almost 300 TypeScript sources.
 */
export class SampleProject {
  private readonly home = mkdtempSync(join(tmpdir(), 'sample-project-'));
  readonly folder = join(this.home, 'openai-node');

  constructor() {
    for (const entry of ['src', 'README.md', 'CHANGELOG.md', 'LICENSE', 'package.json']) {
      cpSync(join(root, 'node_modules/openai', entry), join(this.folder, entry), { recursive: true });
    }
    commitAll(this.folder);
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}
