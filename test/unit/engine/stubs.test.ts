import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseAddress } from '../../../src/engine/addresses';
import type { EvictedPage } from '../../../src/engine/pages';
import { renderStubs } from '../../../src/engine/stubs';
import { inProcessTokenCounter as counter } from '../../support/inProcessTokenCounter';

const page = fc
  .record({
    seq: fc.integer({ min: 1, max: 300 }),
    kind: fc.constantFrom('file', 'tool', 'message'),
    tokens: fc.integer({ min: 1, max: 2000 }),
    label: fc.oneof(fc.string({ maxLength: 60 }), fc.constant('日本語の長い説明'.repeat(7))),
  })
  .map(({ seq, kind, ...rest }): EvictedPage => {
    const addresses = {
      file: `file:p/a${seq}.ts#L1-L9@0123456789abcdef`,
      tool: `tool:s/${seq}`,
      message: `msg:s/${seq}`,
    };
    return { seq, kind, address: addresses[kind], ...rest, label: rest.label.replace(/\s+/g, ' ') };
  });

/** What the head's addresses reach. */
function reach(stubs: string): { readonly addresses: Set<string>; readonly seqs: Set<number> } {
  const addresses = new Set<string>();
  const seqs = new Set<number>();
  for (const line of stubs.split('\n')) {
    const text = /^- (\S+) \(\d+ tokens/.exec(line)?.[1] ?? '';
    addresses.add(text);
    const address = parseAddress(text);
    if (address?.kind === 'msg')
      for (let seq = address.firstSeq; seq <= address.lastSeq; seq++) seqs.add(seq);
  }
  return { addresses, seqs };
}

it('leaves an address for everything, in whatever order it was evicted, and stays under the cap', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(page, { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 60, max: 800 }),
      async (pages, cap) => {
        const stubs = await renderStubs('s', pages, undefined, cap, counter);
        const [tokens = 0] = await counter.count([stubs]);
        expect(tokens).toBeLessThanOrEqual(cap);
        const { addresses, seqs } = reach(stubs);
        for (const evicted of pages)
          expect(addresses.has(evicted.address) || seqs.has(evicted.seq)).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
});

it('writes neighbouring messages as one range, files and results by their own address', async () => {
  const messages = [1, 2, 3].map(
    (seq): EvictedPage => ({
      seq,
      kind: 'message',
      address: `msg:s/${seq}`,
      tokens: 10,
      label: `user: m${seq}`,
    }),
  );
  const tool: EvictedPage = { seq: 4, kind: 'tool', address: 'tool:s/1', tokens: 50, label: 'grep' };
  const file: EvictedPage = {
    seq: 5,
    kind: 'file',
    address: 'file:p/a.ts#L1-L2@0123456789abcdef',
    tokens: 60,
    label: 'a.ts',
  };
  expect(await renderStubs('s', [file, tool, ...messages], undefined, 500, counter)).toBe(
    [
      '- msg:s/1..3 (30 tokens, 3 messages) user: m1',
      '- tool:s/1 (50 tokens) grep',
      '- file:p/a.ts#L1-L2@0123456789abcdef (60 tokens)',
    ].join('\n'),
  );
  expect(await renderStubs('s', [], undefined, 500, counter)).toBe('');
});
