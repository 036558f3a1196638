import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { OutsideEvent } from '../../../src/engine/ports';
import { BackgroundEnds, type EndStore } from '../../../src/host/backgroundEnds';
import { UntoldEnds } from '../../../src/journal/untoldEnds';

let folder: string;

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'ends-')), 'untold');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function window(shows: string, store: EndStore = new UntoldEnds(folder)) {
  let shown = shows;
  const posted: (OutsideEvent & { session: string })[] = [];
  const told: string[] = [];
  const ends = new BackgroundEnds({
    store,
    async post(session, event) {
      if (shown === 'full') throw new Error('The disk is full.');
      if (session !== shown) return false;
      posted.push({ session, ...event });
      return true;
    },
    onTold: (texts) => told.push(...texts),
    onTrouble: (error) => {
      throw error;
    },
  });
  const show = (session: string) => {
    shown = session;
  };
  return { ends, posted, told, show };
}

/** What a process of this machine has left that is gone. */
function leftBehind(): void {
  const [name = ''] = readdirSync(folder);
  const path = join(folder, name);
  rmSync(path, { force: true });
  const ends = [{ session: 's1', text: 'npm run dev has ended with the window' }];
  writeFileSync(join(folder, '99.json'), JSON.stringify({ process: { pid: 99, boot: 'another' }, ends }));
}

const dev = { id: 'c1', command: 'npm run dev', session: 's1' };

it('tells the chat that is shown at once', async () => {
  const { ends, posted, told } = window('s1');
  await ends.ended('s1', 'over');
  expect(posted).toEqual([{ session: 's1', kind: 'commandFinished', text: 'over' }]);
  await ends.deliver('s1');
  expect(told).toEqual([]);
});

it('keeps the end for a chat that is not shown, and starts no turn for it then', async () => {
  const { ends, posted, told, show } = window('s2');
  await ends.ended('s1', 'over');
  expect(posted).toEqual([]);
  show('s1');
  await ends.deliver('s1');
  await ends.deliver('s1');
  expect(posted).toEqual([{ session: 's1', kind: 'commandFinished', text: 'over', quiet: true }]);
  expect(told).toEqual(['over']);
});

it('keeps it also when another chat is shown by the time it would be told, or it cannot be recorded', async () => {
  const { ends, posted, told, show } = window('s2');
  await ends.ended('s1', 'over');
  await ends.deliver('s1');
  expect({ posted, told }).toEqual({ posted: [], told: [] });
  expect(readdirSync(folder)).toHaveLength(1);
  show('full');
  await expect(ends.deliver('s1')).rejects.toThrow('The disk is full.');
  show('s1');
  await ends.deliver('s1');
  expect(posted).toHaveLength(1);
  expect(told).toEqual(['over']);
  expect(readdirSync(folder)).toEqual([]);
});

it('looks on only for the chat that was shown last', async () => {
  vi.useFakeTimers();
  const slow: (() => void)[] = [];
  const store: EndStore = {
    save: async () => {},
    takeOver: () =>
      new Promise((resolve) => {
        slow.push(() => resolve({ ends: [], othersRun: true }));
      }),
  };
  const { ends } = window('s1', store);
  const looked = vi.spyOn(ends, 'deliver');
  const answer = async () => {
    await vi.advanceTimersByTimeAsync(0);
    slow.shift()?.();
    await vi.advanceTimersByTimeAsync(0);
  };
  const both = [ends.deliver('s1'), ends.deliver('s2')];
  await answer();
  await answer();
  await Promise.all(both);
  looked.mockClear();
  await vi.advanceTimersByTimeAsync(1500);
  expect(looked.mock.calls).toEqual([['s2']]);
  ends.dispose();
  vi.useRealTimers();
});

it('says of what ran when the window went that it has ended with it; nobody hears of it twice', async () => {
  await window('s1').ends.remember([dev]);
  leftBehind();
  writeFileSync(join(folder, 'half.json.new'), '{"process":');
  const other = window('s2');
  await other.ends.deliver('s2');
  expect(other.told).toEqual([]);
  // It was taken over, and saved as this process's own.
  expect(readdirSync(folder).sort()).toEqual([expect.stringMatching(/^[\w-]{36}\.json$/), 'half.json.new']);
  other.show('s1');
  await other.ends.deliver('s1');
  expect(other.told).toEqual(['npm run dev has ended with the window']);
  const after = window('s1');
  await after.ends.deliver('s1');
  expect(after.told).toEqual([]);
  expect(readdirSync(folder)).toEqual(['half.json.new']);
});

it('waits for a window that is about to go', async () => {
  vi.useFakeTimers();
  const answers = [
    { ends: [], othersRun: true },
    { ends: [{ session: 's1', text: 'over' }], othersRun: false },
  ];
  const { ends, posted, told } = window('s1', {
    save: async () => {},
    takeOver: async () => answers.shift() ?? { ends: [], othersRun: false },
  });
  await ends.deliver('s1');
  expect(told).toEqual([]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(told).toEqual(['over']);
  expect(posted).toEqual([{ session: 's1', kind: 'commandFinished', text: 'over', quiet: true }]);
  ends.dispose();
  vi.useRealTimers();
});

it('forgets what has ended by itself', async () => {
  const { ends } = window('s1');
  await ends.remember([dev]);
  expect(readdirSync(folder)).toHaveLength(1);
  await ends.remember([]);
  expect(readdirSync(folder)).toEqual([]);
});
