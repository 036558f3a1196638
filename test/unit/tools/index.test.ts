import { expect, it } from 'vitest';
import { CORE_FUNCTIONS } from '../../../src/engine/QueueManager';
import { createFunctions } from '../../../src/tools/index';
import { tokensOf } from './fakeContext';

const functions = createFunctions({ ripgrepPath: 'rg', roots: () => [] });

it('offers its functions under their names', () => {
  expect(functions.map((fn) => fn.schema.name).sort()).toEqual([
    'archival_insert',
    'archival_search',
    'compact_context',
    'edit_file',
    'edit_note',
    'grep',
    'list_directory',
    'page_in',
    'pin_note',
    'read_file',
    'recall_search',
    'reset_context',
    'search_workspace',
    'spawn',
    'unpin_note',
    'update_plan',
  ]);
});

it('has a door to every tier of the memory among those that the smallest window gets', () => {
  const core = functions.slice(0, CORE_FUNCTIONS).map((fn) => fn.schema.name);
  expect(core).toEqual([
    'search_workspace',
    'read_file',
    'page_in',
    'pin_note',
    'recall_search',
    'archival_search',
  ]);
});

it('keeps all schemas together under 1,500 tokens, the first seven under 800', () => {
  const tokens = functions.map((fn) => tokensOf(JSON.stringify({ type: 'function', function: fn.schema })));
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  expect(sum(tokens)).toBeLessThanOrEqual(1500);
  expect(sum(tokens.slice(0, 7))).toBeLessThanOrEqual(800);
});

it('lets only what changes nothing run in parallel, and sub-agents', () => {
  const writing = functions.filter((fn) => !fn.readOnly && !fn.parallel).map((fn) => fn.schema.name);
  expect(writing.sort()).toEqual([
    'archival_insert',
    'compact_context',
    'edit_file',
    'edit_note',
    'page_in',
    'pin_note',
    'reset_context',
    'unpin_note',
    'update_plan',
  ]);
});
