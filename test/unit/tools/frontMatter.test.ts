import { describe, expect, it } from 'vitest';
import { readFrontMatter } from '../../../src/tools/frontMatter';
import { scopeOfGlobs } from '../../../src/tools/ruleScope';

const read = (yaml: string) => readFrontMatter(`---\n${yaml}\n---\nrules\n`);

describe('front matter', () => {
  it.each([
    ['globs: src/**/*.ts', ['src/**/*.ts']],
    ['globs: **/*.ts, *.{js,jsx} ,', ['**/*.ts', '*.{js,jsx}']],
    ['applyTo: "**/*.py,docs/**"', ['**/*.py', 'docs/**']],
    ['paths:\n  - **/*.go\n  - "!vendor/**"', ['**/*.go', '!vendor/**']],
    ['globs: ["a", "b, c"]', ['a', 'b', 'c']],
    ['globs: {a,b}/*.ts', ['{a,b}/*.ts']],
    ['description: anything: at all', undefined],
    ['description:\n# words\nglobs:', []],
    ['', []],
  ])('%j', (yaml, globs) => {
    const matter = read(yaml);
    if (globs === undefined) expect(matter?.problem).toBeDefined();
    else expect(matter).toEqual({ firstLine: yaml.split('\n').length + 3, globs });
  });

  it('takes the description for one line, and nothing else for one', () => {
    expect(read('description: |\n  How tests\n  are written\nglobs: a')?.description).toBe(
      'How tests are written',
    );
    expect(read(`description: ${'x'.repeat(300)}`)?.description).toHaveLength(200);
    for (const none of ['description:', 'description: ""', 'description: [a]', 'globs: a'])
      expect(read(none)).not.toHaveProperty('description');
  });

  it('says whether rules always hold', () => {
    expect(read('alwaysApply: true')?.always).toBe(true);
    expect(read('alwaysApply: false\nglobs: a')?.always).toBe(false);
    expect(read('globs: a')).not.toHaveProperty('always');
  });

  it('is told from a text that merely begins with a line', () => {
    expect(readFrontMatter('---\nrules without an end\n')).toBeUndefined();
    expect(readFrontMatter('rules\n---\nglobs: a\n---\n')).toBeUndefined();
    expect(readFrontMatter('---\r\nglobs: *.ts\r\n---\r\nrules\r\n')).toEqual({
      firstLine: 4,
      globs: ['*.ts'],
    });
  });

  it.each(['globs: 7', 'globs: [1]', 'alwaysApply: maybe', '- a\n- b', 'globs: [a'])(
    'says what is wrong with %j',
    (yaml) => {
      expect(read(yaml)?.problem).toMatch(/^Its front matter cannot be read \([^\n]+\)\.$/);
    },
  );
});

describe('a scope of patterns', () => {
  it.each([
    [['src/**/*.ts'], ['src/a.ts', 'src/x/y.ts'], ['a.ts', 'lib/src/a.ts', 'src/a.js']],
    [['*.ts'], ['a.ts', 'deep/er/a.ts'], ['a.tsx']],
    [['docs'], ['docs/a.md', 'docs/x/b.md'], ['other/a.md']],
    [
      ['*.{ts,js}', '!test/**'],
      ['a.ts', 'b.js'],
      ['test/a.ts', 'a.py'],
    ],
    [['!test/**'], ['a.ts'], ['test/a.ts']],
  ])('%j', (globs, inside, outside) => {
    const scope = scopeOfGlobs(globs);
    expect(inside.filter((path) => !scope?.holds(path))).toEqual([]);
    expect(outside.filter((path) => scope?.holds(path))).toEqual([]);
  });

  it.each([[[]], [['**']], [['a', '**/*']]])('%j leaves nothing out', (globs) => {
    expect(scopeOfGlobs(globs)).toBeUndefined();
  });
});
