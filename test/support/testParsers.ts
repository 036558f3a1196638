/** Parsers with all grammars, for the tests of the file that asks. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll } from 'vitest';
import { Parsers } from '../../src/disk/Parsers';
import { grammarFolder } from './grammarFolder';

export let grammars: string;
export let parsers: Parsers;

export function testParsers(): void {
  beforeAll(() => {
    grammars = grammarFolder();
    parsers = new Parsers(grammars);
  });
  afterAll(() => rmSync(grammars, { recursive: true, force: true }));
}
