import { expect, it } from 'vitest';
import { keywords, tellingWords } from '../../../src/models/keywords';

it('keeps identifiers whole and in parts, and drops words that say nothing', () => {
  expect(keywords('Where is the QueueManager.flush defined? And max_tokens?')).toEqual([
    'queuemanager',
    'queue',
    'manager',
    'flush',
    'max_tokens',
    'max',
    'tokens',
  ]);
  expect(keywords('what is it?')).toEqual([]);
});

it('puts identifiers before longer words', () => {
  expect(tellingWords('How does configuration reach readFile in the extension host?')).toEqual([
    'readFile',
    'configuration',
    'extension',
  ]);
});
