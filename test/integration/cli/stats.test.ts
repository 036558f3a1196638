import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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

it('tells dollars where prices are given, and says what is wrong with a file that has none', async () => {
  const log = await FileSessionLog.open(sessionsFolder(store), 'paid');
  const request = { purpose: 'step', hash: '', messages: 1, maxOutputTokens: 1, estimatedTokens: 1 } as const;
  const usage = { promptTokens: 1_000_000, cachedTokens: 400_000, completionTokens: 500_000 };
  await log.append([
    { type: 'session.started', workspace: ['shop'], at: 1 },
    { type: 'request.sent', ...request, model: 'openai:gpt-x', at: 2 },
    { type: 'response.received', purpose: 'step', usage, ownTokens: 1, calibration: 1, ms: 1, at: 3 },
  ]);
  await log.close();
  const file = join(store, '../prices.json');
  await writeFile(file, '\uFEFF{"gpt-*": {"input": 2, "cachedInput": 0.5, "output": 8}}');
  // 0.6 million at 2, 0.4 million at 0.5, 0.5 million at 8.
  const { stdout } = await vctx('stats', '--session', 'paid', '--prices', file);
  expect(stdout).toContain('1,000,000 in (400,000 cached), 500,000 out, $5.4000');
  const json = await vctx('stats', '--session', 'paid', '--prices', file, '--json');
  expect((JSON.parse(json.stdout) as { bill: unknown }).bill).toEqual({
    promptTokens: 1_000_000,
    cachedTokens: 400_000,
    outputTokens: 500_000,
    cost: 5.4,
  });
  expect((await vctx('stats', '--session', 'paid')).stdout).not.toContain('$');

  for (const [text, problem] of [
    ['{"gpt-*": {"input": 2}}', /"gpt-\*\.output"/],
    ['not json', /is not JSON.*virtualContext\.model\.prices/s],
  ] as const) {
    await writeFile(file, text);
    const { status, stderr } = await vctx('stats', '--session', 'paid', '--prices', file);
    expect(status).toBe(1);
    expect(stderr).toMatch(problem);
  }
});

it('says that there is no such session', async () => {
  const { status, stderr } = await vctx('stats', '--session', 'none');
  expect(status).toBe(1);
  expect(stderr).toMatch(/There is no session none/);
});
