import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../scripts/run.mjs';

const CHECKSUM = 'return sum % 10 === 0;';

/**
 * A real TypeScript project with its real tests in a folder of its own: zod, whose package ships both. Its checksum of card
 * numbers has a mistake that some of these tests find.
 */
export class TestedProject {
  private readonly home = mkdtempSync(join(tmpdir(), 'tested-project-'));
  readonly folder = join(this.home, 'zod');
  /** Relative to the folder. */
  readonly source = 'src/v4/core/schemas.ts';
  readonly test = 'src/v4/classic/tests/credit-card.test.ts';
  readonly mistake = 'return sum % 10 === 1;';
  readonly right = CHECKSUM;

  constructor() {
    mkdirSync(this.folder);
    cpSync(join(root, 'node_modules/zod/src'), join(this.folder, 'src'), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'));
    this.write(
      'package.json',
      JSON.stringify({ name: 'zod', type: 'module', scripts: { test: 'vitest run' } }),
    );
    this.write(
      'vitest.config.mjs',
      "export default { resolve: { alias: [{ find: /^zod$/, replacement: new URL('src/index.ts', import.meta.url).pathname }, { find: /^zod\\/v4$/, replacement: new URL('src/v4/index.ts', import.meta.url).pathname }] }, test: { reporters: ['default'], cache: false } };\n",
    );
    this.write(
      'tsconfig.json',
      JSON.stringify({
        compilerOptions: {
          strict: true,
          target: 'es2022',
          module: 'nodenext',
          noEmit: true,
          skipLibCheck: true,
          types: ['node'],
          paths: { zod: ['./src/index.ts'], 'zod/v4': ['./src/v4/index.ts'] },
        },
        include: ['src/v4/core'],
      }),
    );
    const before = this.read(this.source);
    if (!before.includes(CHECKSUM))
      throw new Error('zod has changed: choose another mistake to put into it.');
    this.write(this.source, before.replace(CHECKSUM, this.mistake));
  }

  /** Number of the line that holds a text, 1-based. */
  lineOf(text: string): number {
    return (
      this.read(this.source)
        .split('\n')
        .findIndex((line) => line.includes(text)) + 1
    );
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  write(path: string, text: string): void {
    mkdirSync(join(this.folder, path, '..'), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}
