import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { printLog } from '../../../src/cli/printLog';
import { printStats } from '../../../src/cli/printStats';
import { replay } from '../../../src/cli/replay';
import { FileSessionLog } from '../../../src/journal/fileSessionLog';
import { sessionsFolder } from '../../../src/journal/storeFolders';

it('stops what goes through a long log when the person cancels it', async () => {
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'vc-cancelled-')));
  const printed = vi.spyOn(console, 'log').mockReturnValue();
  try {
    const log = await FileSessionLog.open(sessionsFolder(dir), 'one');
    const sent = { type: 'request.sent', purpose: 'step', model: 'm', hash: '', messages: 1 } as const;
    await log.append([
      { type: 'session.started', workspace: [], at: 1 },
      { ...sent, maxOutputTokens: 1, estimatedTokens: 1, at: 1 },
    ]);
    await log.close();
    const options = { session: 'one', workspace: dir, store: dir };
    for (const command of [printLog, printStats, replay])
      await expect(command(options, AbortSignal.abort())).rejects.toThrow('aborted');
    expect(printed).not.toHaveBeenCalled();
  } finally {
    printed.mockRestore();
    await rm(dir, { recursive: true });
  }
});
