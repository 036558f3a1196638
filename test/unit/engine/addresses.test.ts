import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  fileAddress,
  messageAddress,
  noteAddress,
  parseAddress,
  toolAddress,
} from '../../../src/engine/addresses';

const hash = fc.stringMatching(/^[0-9a-f]{64}$/);
const session = fc.stringMatching(/^[\w-]{1,20}$/);
const line = fc.integer({ min: 1, max: 1_000_000 });

it('reads back every file address, whatever the path is called', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), line, line, hash, (path, from, to, digest) => {
      expect(parseAddress(fileAddress(path, from, to, digest))).toEqual({
        kind: 'file',
        addressPath: path,
        startLine: from,
        endLine: to,
        hash: digest.slice(0, 16),
      });
    }),
  );
});

it('reads back addresses of messages, runs, results and notes', () => {
  fc.assert(
    fc.property(session, line, fc.integer({ min: 0, max: 50 }), (id, seq, more) => {
      const range = { kind: 'msg', session: id, firstSeq: seq, lastSeq: seq + more };
      expect(parseAddress(messageAddress(id, seq, seq + more))).toEqual(range);
      expect(parseAddress(toolAddress(id, seq))).toEqual({ kind: 'tool', session: id, call: seq });
      expect(parseAddress(noteAddress(id))).toEqual({ kind: 'note', id });
    }),
  );
});

it.each([
  '',
  'src/a.ts',
  'file:a.ts',
  'file:a.ts#L1-L2',
  'file:a.ts#L1-L2@12',
  'msg:s',
  'msg:s/x',
  'msg:s/1..',
  'tool:/1',
  'note:',
  'http://x',
])('does not take %j for an address', (text) => expect(parseAddress(text)).toBeUndefined());
