import { expect, it } from 'vitest';
import type { LanguageFeatures } from '../../../src/engine/languageFeatures';
import { CORE_FUNCTIONS } from '../../../src/engine/QueueManager';
import { createFunctions } from '../../../src/tools/index';
import type { CommandParts } from '../../../src/tools/runCommand';
import { tokensOf } from './fakeContext';

const editor = { language: {} as LanguageFeatures, fetchPage: () => Promise.reject(new Error('unused')) };
const commands = {} as CommandParts;
const functions = createFunctions({ ripgrepPath: 'rg', roots: () => [], commands, ...editor });

it('offers its functions under their names', () => {
  expect(functions.map((fn) => fn.schema.name).sort()).toEqual([
    'archival_insert',
    'archival_search',
    'command_output',
    'compact_context',
    'delete_file',
    'diagnostics',
    'document_symbols',
    'edit_file',
    'edit_note',
    'fetch_url',
    'find_references',
    'git_blame',
    'git_diff',
    'git_log',
    'go_to_definition',
    'grep',
    'list_directory',
    'move_file',
    'page_in',
    'pin_note',
    'read_file',
    'recall_search',
    'rename_symbol',
    'reset_context',
    'run_command',
    'search_workspace',
    'spawn',
    'stop_command',
    'unpin_note',
    'update_plan',
    'workspace_symbols',
    'write_file',
  ]);
});

it('offers nothing that needs an editor where there is none', () => {
  const names = createFunctions({ ripgrepPath: 'rg', roots: () => [] }).map((fn) => fn.schema.name);
  expect(names).not.toContain('go_to_definition');
  expect(names).not.toContain('fetch_url');
  expect(names).not.toContain('run_command');
  expect(names).toContain('git_diff');
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

it('keeps all schemas together under 2,600 tokens, the first seven under 800', () => {
  const tokens = functions.map((fn) => tokensOf(JSON.stringify({ type: 'function', function: fn.schema })));
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  expect(sum(tokens)).toBeLessThanOrEqual(2600);
  expect(sum(tokens.slice(0, 7))).toBeLessThanOrEqual(800);
});

it('lets only what changes nothing run in parallel, and sub-agents', () => {
  const writing = functions.filter((fn) => !fn.readOnly && !fn.parallel).map((fn) => fn.schema.name);
  expect(writing.sort()).toEqual([
    'archival_insert',
    'compact_context',
    'delete_file',
    'edit_file',
    'edit_note',
    'move_file',
    'page_in',
    'pin_note',
    'rename_symbol',
    'reset_context',
    'run_command',
    'stop_command',
    'unpin_note',
    'update_plan',
    'write_file',
  ]);
});
