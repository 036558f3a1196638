import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { parseAddress } from '../../../src/engine/addresses';
import { rawRange, splitLines } from '../../../src/engine/filePages';
import { numbered } from '../../support/engineChecks';
import { FaultWorld } from '../../support/FaultWorld';

const never = new AbortController().signal;

let memory: FaultWorld;

beforeEach(() => {
  memory = new FaultWorld();
});

describe('readFile', () => {
  it('serves any file in pages that are its bytes, whatever its lines look like', async () => {
    const line = fc.oneof(
      fc.string({ maxLength: 60 }).map((s) => s.replace(/[\r\n]/g, '')),
      fc.constant('x'.repeat(9000)),
      fc.constant(''),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 80 }),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.integer({ min: 96, max: 900 }),
        async (lines, end, terminated, limit) => {
          memory = new FaultWorld();
          const whole = lines.join(end) + (terminated ? end : '');
          fc.pre(whole !== '');
          memory.files.set('a.ts', whole);
          const count = splitLines(whole).length;
          let startLine: number | undefined = 1;
          const served: string[] = [];
          while (startLine !== undefined) {
            const outcome = await memory.handler(limit).readFile({ path: 'a.ts', startLine }, never);
            expect(outcome.fault).toEqual({ kind: 'major', tier: 'archival' });
            for (const page of outcome.pages ?? []) served.push(await memory.blobs.get(page.source));
            await memory.admit(outcome);
            const next: string | undefined = /go on with startLine: (\d+)\]$/.exec(outcome.text)?.[1];
            if (next === undefined) expect(outcome.pages?.at(-1)?.endLine).toBe(count);
            startLine = next === undefined ? undefined : Number(next);
          }
          expect(served.join('')).toBe(whole);
          const again = await memory.handler(limit).readFile({ path: 'a.ts' }, never);
          expect(again.fault).toEqual({ kind: 'minor', tier: 'resident' });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('says what is the matter with empty files and lines that do not exist', async () => {
    memory.files.set('empty.ts', '');
    memory.files.set('a.ts', 'one\ntwo\n');
    expect((await memory.handler().readFile({ path: 'empty.ts' }, never)).text).toBe(
      'empty.ts is empty (0 lines).',
    );
    expect(await memory.handler().readFile({ path: 'a.ts', startLine: 3 }, never)).toMatchObject({
      isError: true,
      text: expect.stringContaining('has 2 lines'),
    });
    await expect(memory.handler().readFile({ path: 'gone.ts' }, never)).rejects.toThrow(
      'gone.ts does not exist.',
    );
  });

  it('does not count lines as resident that have changed since, before anyone has said so', async () => {
    memory.files.set('a.ts', 'one\ntwo\n');
    await memory.admit(await memory.handler().readFile({ path: 'a.ts' }, never));
    memory.files.set('a.ts', 'one\nTWO\n');
    const outcome = await memory.handler().readFile({ path: 'a.ts' }, never);
    expect(outcome.text).toContain('    2\tTWO');
  });

  it('names recall as the tier that served a page which was evicted before', async () => {
    memory.files.set('a.ts', 'one\n');
    await memory.admit(await memory.handler().readFile({ path: 'a.ts' }, never));
    await memory.evictAll();
    expect((await memory.handler().readFile({ path: 'a.ts' }, never)).fault).toEqual({
      kind: 'major',
      tier: 'recall',
    });
  });

  it('tells lines that a note of the same lines had held from those never shown, once they are shown', async () => {
    memory.files.set('a.ts', numbered('a', 20));
    const first = await memory.handler().readFile({ path: 'a.ts' }, never);
    const [page] = first.pages ?? [];
    await memory.record({
      type: 'note.pinned',
      note: { id: 'n', text: 'a', by: 'person' },
      ...(page ? { page } : {}),
    });
    expect(memory.state.shownOf('a.ts')).toEqual([]);
    await memory.admit(first);
    expect(memory.state.shownOf('a.ts')).toEqual([page]);
  });

  it('goes on with the next read when one fails', async () => {
    memory.files.set('a.ts', 'one\n');
    const faults = memory.handler();
    const [gone, read] = await Promise.allSettled(
      ['gone.ts', 'a.ts'].map((path) => faults.readFile({ path }, never)),
    );
    expect([gone?.status, read?.status]).toEqual(['rejected', 'fulfilled']);
  });
});

it('gives the bytes of every range it has shown', async () => {
  const whole = numbered('a', 60);
  memory.files.set('a.ts', whole);
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 0, max: 30 }),
      async (startLine, more) => {
        const outcome = await memory
          .handler()
          .readFile({ path: 'a.ts', startLine, endLine: startLine + more }, never);
        await memory.admit(outcome);
        for (const { address } of outcome.pages ?? []) {
          const parsed = parseAddress(address);
          if (parsed?.kind !== 'file') expect.unreachable();
          else
            expect(await memory.handler().contentOf(address, never)).toBe(
              rawRange(splitLines(whole), parsed),
            );
        }
      },
    ),
    { numRuns: 40 },
  );
});
