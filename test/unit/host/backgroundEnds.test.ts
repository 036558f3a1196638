import { expect, it } from 'vitest';
import type { OutsideEvent } from '../../../src/engine/ports';
import { BackgroundEnds } from '../../../src/host/backgroundEnds';

class FakeMemento {
  private readonly values = new Map<string, unknown>();
  keys = () => [...this.values.keys()];
  get<T>(key: string, otherwise?: T): T {
    return (this.values.get(key) ?? otherwise) as T;
  }
  async update(key: string, value: unknown): Promise<void> {
    this.values.set(key, structuredClone(value));
  }
}

function window(memento: FakeMemento, shown: string) {
  const posted: (OutsideEvent & { session: string })[] = [];
  const ends = new BackgroundEnds(memento, async (session, event) => {
    if (session !== shown) return false;
    posted.push({ session, ...event });
    return true;
  });
  return { ends, posted };
}

const dev = { id: 'c1', command: 'npm run dev', session: 's1' };

it('tells the chat that is shown at once', async () => {
  const { ends, posted } = window(new FakeMemento(), 's1');
  await ends.ended('s1', 'over');
  expect(posted).toEqual([{ session: 's1', kind: 'commandFinished', text: 'over' }]);
  expect(await ends.deliver('s1')).toEqual([]);
});

it('keeps the end for a chat that is not shown, over a reload, and starts no turn for it then', async () => {
  const memento = new FakeMemento();
  await window(memento, 's2').ends.ended('s1', 'over');
  const later = window(memento, 's1');
  expect(await later.ends.deliver('s1')).toEqual(['over']);
  expect(posted(later)).toEqual([{ session: 's1', kind: 'commandFinished', text: 'over', quiet: true }]);
  expect(await window(memento, 's1').ends.deliver('s1')).toEqual([]);
});

it('says of what ran when the window went that it has ended with it', async () => {
  const memento = new FakeMemento();
  const before = window(memento, 's1');
  await before.ends.remember([dev]);
  expect(await before.ends.deliver('s1')).toEqual([]);
  const after = window(memento, 's1');
  expect(await after.ends.deliver('s1')).toEqual([
    'Background command c1 (npm run dev) has ended with the window it ran in. Start it again if it is needed.',
  ]);
});

it('forgets what has ended by itself', async () => {
  const memento = new FakeMemento();
  const { ends } = window(memento, 's1');
  await ends.remember([dev]);
  await ends.remember([]);
  expect(await window(memento, 's1').ends.deliver('s1')).toEqual([]);
});

const posted = ({ posted: events }: ReturnType<typeof window>) => events;
