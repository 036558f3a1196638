import { expect, it } from 'vitest';
import type { SessionEvent } from '../../../src/engine/events';
import type { MemoryReport } from '../../../src/engine/memoryReport';
import { FileSessionLog } from '../../../src/journal/fileSessionLog';
import { sessionsFolder } from '../../../src/journal/storeFolders';
import { store, vctx } from './shop';

it('prints what a session has in memory, also while another process has it open', async () => {
  await vctx('ask', 'Where is salesTax?', '--session', 'one');
  await vctx('ask', 'And what does it return?', '--session', 'one');
  const log = await vctx('log', '--session', 'one', '--json');
  const events = log.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as SessionEvent);
  const major = events.filter((event) => event.type === 'function.result' && event.fault?.kind === 'major');

  const open = await FileSessionLog.open(sessionsFolder(store), 'one');
  try {
    const json = await vctx('stats', '--session', 'one', '--json');
    expect(json).toMatchObject({ status: 0, stderr: '' });
    const { figures, occupancy, pages, occupied, now } = JSON.parse(json.stdout) as MemoryReport;
    const causes = Object.values(figures.faults).reduce((sum, n) => sum + n, 0);
    expect(causes).toBeGreaterThan(0);
    expect(causes).toBeLessThanOrEqual(major.length);
    expect(figures.turns).toBe(2);
    expect(now.turn).toBe(2);
    expect(occupancy.total).toBe(
      occupancy.system + occupancy.notes + occupancy.summary + occupancy.pages + occupancy.queue,
    );
    expect(occupied?.resident).toBeGreaterThan(0);
    expect(pages).toContainEqual(
      expect.objectContaining({ kind: 'file', address: expect.stringContaining('tax.ts#L1-L3@') }),
    );

    const { status, stdout } = await vctx('stats', '--session', 'one');
    expect(status).toBe(0);
    expect(stdout).toContain('Memory of chat one');
    for (const { address } of pages) expect(stdout).toContain(address);
  } finally {
    await open.close();
  }
});

it('says that there is no such session', async () => {
  const { status, stderr } = await vctx('stats', '--session', 'none');
  expect(status).toBe(1);
  expect(stderr).toMatch(/There is no session none/);
});
