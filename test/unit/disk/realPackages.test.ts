import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { languageOf } from '../../../src/disk/languages';
import { decodeText } from '../../../src/engine/decodeText';
import { expectExact, pagesOf } from '../../support/pagesOf';
import { parsers, testParsers } from '../../support/testParsers';

const modules = resolve(import.meta.dirname, '../../../node_modules');
testParsers();

describe('pages of real packages', () => {
  // TypeScript, JavaScript, Markdown, JSON, C, bundles and source maps of one line.
  it.each(['web-tree-sitter', 'commander', 'diff'])(
    'puts every byte of every file of %s on exactly one page',
    async (name) => {
      let files = 0;
      for (const entry of readdirSync(join(modules, name), { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const bytes = readFileSync(join(entry.parentPath, entry.name));
        // The indexer's own limits: larger files and binary ones are not indexed.
        if (bytes.length > 1024 * 1024 || decodeText(bytes) === undefined) continue;
        const { pages, parse } = await pagesOf(bytes, languageOf(entry.name), parsers);
        expectExact(pages, bytes);
        expect(parse).not.toBe('fallback');
        files++;
      }
      expect(files).toBeGreaterThan(5);
    },
    120_000,
  );
});
