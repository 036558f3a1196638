import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { workspaceStore } from '../../../src/host/workspaceStore';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'workspace-store-'));
});
afterEach(() => rmSync(home, { recursive: true }));

it('is that of the first window for every window on the workspace', () => {
  mkdirSync(join(home, '-5ff6b6d1'));
  writeFileSync(join(home, '-5ff6b6d1', 'vscode.lock'), '');
  const first = join(home, '-5ff6b6d1', 'publisher.extension');
  expect(workspaceStore(first)).toBe(first);
  expect(workspaceStore(join(home, '-5ff6b6d1-1', 'publisher.extension'))).toBe(first);
  expect(workspaceStore(join(home, '-5ff6b6d1-9', 'publisher.extension'))).toBe(first);
});

it('is left alone where no other window holds the workspace', () => {
  const alone = join(home, '1f2e-3', 'publisher.extension');
  expect(workspaceStore(alone)).toBe(alone);
  mkdirSync(join(home, '1f2e'));
  expect(workspaceStore(alone)).toBe(alone);
});
