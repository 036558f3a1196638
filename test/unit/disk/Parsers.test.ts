import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Parsers } from '../../../src/disk/Parsers';
import { grammarFolder } from '../../support/grammarFolder';

let grammars: string;

beforeAll(() => {
  grammars = grammarFolder();
});

afterEach(() => vi.restoreAllMocks());

afterAll(() => rmSync(grammars, { recursive: true, force: true }));

describe('Parsers', () => {
  it('gives up a file that takes too long, and parses the next one from its start', async () => {
    const parsers = new Parsers(grammars);
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => {
      now += 10_000;
      return now;
    });
    const long = 'function f() { return 1; }\n'.repeat(5000);
    expect(await parsers.parse('typescript', long, () => 'parsed')).toBeUndefined();
    vi.restoreAllMocks();
    expect(await parsers.parse('typescript', 'let a;', (tree) => tree.rootNode.text)).toBe('let a;');
    expect(parsers.damaged).toBe(false);
  });

  it('does not go on after a parse that broke off', async () => {
    const parsers = new Parsers(grammars);
    const breakOff = () => {
      throw new RangeError('Maximum call stack size exceeded');
    };
    expect(await parsers.parse('typescript', 'let a;', breakOff)).toBeUndefined();
    expect(parsers.damaged).toBe(true);
    expect(await parsers.parse('typescript', 'let a;', () => 'parsed')).toBeUndefined();
  });
});
