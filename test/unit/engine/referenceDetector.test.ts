import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageFeatures } from '../../../src/engine/pageFeatures';
import { type ReferencablePage, ReferenceDetector } from '../../../src/engine/ReferenceDetector';
import { referenceTranscripts, type Transcript } from '../../support/referenceTranscripts';

const file = (path: string, startLine: number, ...lines: string[]): ReferencablePage => {
  const address = `file:app/${path}#L${startLine}-L${startLine + lines.length - 1}@0123456789abcdef`;
  const shown = lines.map((line, i) => `${String(startLine + i).padStart(5)}\t${line}`);
  return { address, path, text: [`${address} · lines`, ...shown].join('\n') };
};
const said = (text: string) => ({ text, calls: [] });
const called = (name: string, args: Readonly<Record<string, unknown>>) => ({
  text: '',
  calls: [{ id: 'call_1', name, arguments: JSON.stringify(args) }],
});
const paths = (found: readonly string[], pages: readonly ReferencablePage[]) =>
  pages.filter((page) => found.includes(page.address)).map((page) => page.path);
const referenced = (output: Parameters<ReferenceDetector['references']>[0], pages: ReferencablePage[]) =>
  paths(new ReferenceDetector().references(output, pages), pages);

interface Scores {
  readonly precision: number;
  readonly recall: number;
  /** Recall of the pages used by name or in their own words. */
  readonly recallNamed: number;
}

function scoresOf(transcripts: readonly Transcript[]): Scores {
  const detector = new ReferenceDetector();
  const judged = transcripts.map((transcript) => {
    const found = detector.references(transcript.output, transcript.pages);
    const right = found.filter((address) => transcript.referenced.includes(address)).length;
    return {
      found: found.length,
      right,
      wanted: transcript.referenced.length,
      reworded: transcript.reworded,
    };
  });
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  const named = judged.filter((one) => !one.reworded);
  const right = sum(judged.map((one) => one.right));
  return {
    precision: right / sum(judged.map((one) => one.found)),
    recall: right / sum(judged.map((one) => one.wanted)),
    recallNamed: sum(named.map((one) => one.right)) / sum(named.map((one) => one.wanted)),
  };
}

describe('on transcripts labelled by hand', () => {
  it.each([
    ['dev', { precision: 0.93, recall: 0.78, recallNamed: 0.85 }],
    ['heldout', { precision: 0.93, recall: 0.6, recallNamed: 0.68 }],
  ] as const)('is as precise as the documentation says: %s', (half, floor) => {
    const transcripts = referenceTranscripts(half);
    const scores = scoresOf(transcripts);
    const figures = Object.entries(scores).map(([name, score]) => `${name} ${score.toFixed(3)}`);
    process.stdout.write(
      `reference detector, ${half}: ${transcripts.length} transcripts, ${figures.join(', ')}\n`,
    );
    expect(transcripts.length).toBeGreaterThanOrEqual(25);
    expect(scores.precision).toBeGreaterThanOrEqual(floor.precision);
    expect(scores.recall).toBeGreaterThanOrEqual(floor.recall);
    expect(scores.recallNamed).toBeGreaterThanOrEqual(floor.recallNamed);
  });
});

describe('paths', () => {
  const table = file('src/engine/PageTable.ts', 1, 'export class PageTable {', '  markStale(): void {}');
  const tools = file('src/tools/index.ts', 1, 'export const coreFunctions = [];');
  const models = file('src/models/index.ts', 1, 'export const knownModels = [];');
  const late = file('src/engine/PageTable.ts', 80, 'function missingRanges() {', '}');
  const all = [table, tools, models, late];

  it('takes an argument for the file itself, not for one that ends alike', () => {
    expect(referenced(called('read_file', { path: 'src/tools/index.ts' }), all)).toEqual([tools.path]);
    expect(referenced(called('read_file', { path: 'index.ts' }), all)).toEqual([]);
    expect(referenced(called('read_file', { path: 'packages/b/src/tools/index.ts' }), all)).toEqual([]);
  });

  it('takes a shortened path in prose when only one file can be meant', () => {
    expect(referenced(said('see tools/index.ts'), all)).toEqual([tools.path]);
    expect(referenced(said('see index.ts'), all)).toEqual([]);
    expect(referenced(said('see other/PageTable.ts'), all)).toEqual([]);
  });

  it('takes the range that holds the line named, and all of them when none does', () => {
    const found = (output: Parameters<ReferenceDetector['references']>[0]) =>
      new ReferenceDetector().references(output, all);
    expect(found(said('src/engine/PageTable.ts:81 is wrong'))).toEqual([late.address]);
    expect(found(called('read_file', { path: 'src/engine/PageTable.ts', startLine: 1, endLine: 9 }))).toEqual(
      [table.address],
    );
    expect(
      found(called('read_file', { path: 'src/engine/PageTable.ts', startLine: 40, endLine: 50 })),
    ).toEqual([table.address, late.address]);
  });
});

it('divides a name among the pages that declare it', () => {
  const pages = [
    file('a.ts', 1, 'export function parseOptions() {'),
    file('b.ts', 1, 'export function parseOptions() {', 'export function onlyHere() {'),
  ];
  expect(referenced(said('parseOptions is the place'), pages)).toEqual([]);
  expect(referenced(said('parseOptions and onlyHere'), pages)).toEqual(['b.ts']);
});

it('does not take what a new file declares for the page that has the same name', () => {
  const pages = [file('a.ts', 1, 'export function parseOptions() {')];
  const content = 'export function parseOptions() {\n  return 1;\n}\n';
  expect(referenced(called('write_file', { path: 'c.ts', content }), pages)).toEqual([]);
});

it('counts an echoed line, whatever stands before it, and no boilerplate', () => {
  const line = 'const room = budget.ownTokens(budget.budget * share);';
  const pages = [file('a.ts', 1, "import { readFileSync } from 'node:fs';", line, '}')];
  expect(referenced(said(`\`\`\`diff\n-  ${line}\n\`\`\``), pages)).toEqual(['a.ts']);
  expect(referenced(said("```ts\nimport { readFileSync } from 'node:fs';\n}\n```"), pages)).toEqual([]);
});

it('counts a tool result by its address, by what it names, and by the file it led to', () => {
  const page = { address: 'tool:s1/4', text: 'src/deep/Thing.ts:4: export function growAllThings() {' };
  const found = (output: Parameters<ReferenceDetector['references']>[0]) =>
    new ReferenceDetector().references(output, [page]);
  expect(found(called('page_in', { address: 'tool:s1/4' }))).toEqual([page.address]);
  expect(found(called('page_in', { address: 'tool:s1/44' }))).toEqual([]);
  expect(found(called('read_file', { path: 'src/deep/Thing.ts' }))).toEqual([page.address]);
  expect(found(said('growAllThings is called twice'))).toEqual([page.address]);
});

it('reads arguments that were cut as text', () => {
  const pages = [file('a.ts', 1, 'export function parseOptions() {')];
  const calls = [{ id: 'call_1', name: 'grep', arguments: '{"pattern":"parseOptions' }];
  expect(referenced({ text: '', calls }, pages)).toEqual(['a.ts']);
});

it('judges by what is resident now, whatever was before', () => {
  const transcripts = [...referenceTranscripts('dev'), ...referenceTranscripts('heldout')];
  const pool = transcripts.flatMap((transcript) => transcript.pages);
  const used = new ReferenceDetector();
  fc.assert(
    fc.property(
      fc.constantFrom(...transcripts),
      fc.uniqueArray(fc.constantFrom(...pool), { maxLength: 12, selector: (page) => page.address }),
      ({ output }, pages) => {
        const found = used.references(output, pages);
        expect(found).toEqual(new ReferenceDetector().references(output, pages));
        const resident = pages.map((page) => page.address);
        expect(found).toEqual(resident.filter((address) => found.includes(address)));
        expect(used.references(said(''), pages)).toEqual([]);
      },
    ),
    { numRuns: 60 },
  );
});

it('takes no quadratic time on text without spaces', () => {
  const began = performance.now();
  for (const text of ['A'.repeat(40_000), `from ${'a.'.repeat(20_000)}`, 'file:'.repeat(8_000)]) {
    new ReferenceDetector().references(said(`\`\`\`\n${text}\n\`\`\``), [{ address: 'tool:s1/1', text }]);
  }
  pageFeatures(true, `    1\t${'x'.repeat(400_000)}`);
  expect(performance.now() - began).toBeLessThan(2_000);
});
