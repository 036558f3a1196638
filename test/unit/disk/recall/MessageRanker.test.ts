import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cuesOf } from '../../../../src/disk/recall/cues';
import { dateTerms } from '../../../../src/disk/recall/dates';
import { type IndexedMessage, MessagePostings } from '../../../../src/disk/recall/MessagePostings';
import { MessageRanker } from '../../../../src/disk/recall/MessageRanker';
import type { MessageQuestion } from '../../../../src/disk/recall/readQuestion';
import type { RecallMessage } from '../../../../src/engine/ports';

const start = new Date(2024, 2, 4, 9).getTime();
const minute = 60_000;
const hour = 60 * minute;

function indexed(message: RecallMessage): IndexedMessage {
  return { ...message, dates: dateTerms(message.text, message.time), cues: cuesOf(message.text) };
}

/** Messages of one session a minute apart; `Name: text` says who. */
function talk(
  lines: readonly string[],
  { session = 's', time = start, role = 'user' as const } = {},
): IndexedMessage[] {
  return lines.map((line, i) => {
    const [, name, text = line] = /^(\w+): (.*)$/.exec(line) ?? [];
    const seq = i + 1;
    const id = `${session}/${seq}`;
    return indexed({ id, session, seq, time: time + i * minute, role, ...(name ? { name } : {}), text });
  });
}

function search(messages: readonly IndexedMessage[], question: string | Partial<MessageQuestion>): string[] {
  const postings = new MessagePostings();
  for (const message of messages) postings.add(message);
  const asked = typeof question === 'string' ? { text: question } : question;
  const ranker = new MessageRanker(postings);
  return ranker.rank({ text: '', now: start, ...asked }, 1000).best.map(({ number }) => postings.id(number));
}

describe('MessageRanker', () => {
  it('finds the answer that shares no word with the question, after the message that asks', () => {
    const lines = [
      'Lunch?',
      'Sure.',
      'Which port does the gateway use?',
      '8443 since March.',
      'Fine.',
      'Bye.',
    ];
    expect(search(talk(lines), 'gateway port').slice(0, 2).sort()).toEqual(['s/3', 's/4']);
    expect(search(talk(lines), 'gateway port')).not.toContain('s/6');
  });

  it('prefers who is named to who is spoken to', () => {
    const lines = [
      'Ann: I bought a kayak, Ben.',
      'Ben: Nice.',
      'Ben: ok',
      'Ann: ok',
      'Ben: I bought a kayak, Ann.',
    ];
    expect(search(talk(lines), 'What did Ben buy, a kayak?')[0]).toBe('s/5');
    expect(search(talk(lines), "Ann's kayak")[0]).toBe('s/1');
  });

  it('keeps to the sittings in which the named one takes part', () => {
    const messages = [
      ...talk(['Ann: the wedding was lovely', 'Ben: yes'], { session: 'a' }),
      ...talk(['Cleo: the wedding was lovely', 'Dan: yes'], { session: 'b' }),
    ];
    expect(search(messages, 'How was the wedding, Dan?')[0]).toBe('b/1');
  });

  it('finds messages of a speaker when nothing else is asked', () => {
    expect(search(talk(['Ann: one thing', 'Ben: another']), 'Ben')).toEqual(['s/2']);
  });

  it('resolves what was meant by yesterday', () => {
    const day = 24 * hour;
    const messages = [0, 1, 2, 3].flatMap((n) =>
      talk(['We went bowling yesterday.'], { session: `s${n}`, time: start + n * 7 * day }),
    );
    const [first] = search(messages, 'Who went bowling on 17 March 2024?');
    expect(first).toBe('s2/1');
  });

  it('finds what was said on a day, or about it, when nothing else is asked', () => {
    const messages = [
      ...talk(['We were at the lake yesterday.'], { session: 'a' }),
      ...talk(['Nothing new.'], { session: 'b', time: start - 24 * hour }),
      ...talk(['Nothing new.'], { session: 'c', time: start + 24 * hour }),
    ];
    expect(search(messages, 'on 3 March 2024?').sort()).toEqual(['a/1', 'b/1']);
  });

  it('finds misspelt words by their letters', () => {
    const messages = talk(['kubernetes is down', 'nothing', 'nothing', 'nothing', 'cuban music']);
    expect(search(messages, 'kuberntes')).toEqual(['s/1']);
  });

  it('does not join what lies hours apart', () => {
    const [first, second] = talk(['the codename', 'it is wolverine']);
    if (!first || !second) throw new Error('two messages');
    expect(search([first, second], 'codename')).toEqual(['s/1', 's/2']);
    expect(search([first, { ...second, time: first.time + 5 * hour }], 'codename')).toEqual(['s/1']);
  });

  it('finds output by its tool and its identifiers', () => {
    const messages = [
      ...talk(['Please look at the queue.']),
      indexed({
        id: 't',
        session: 'u',
        seq: 1,
        time: start,
        role: 'tool',
        name: 'run_command',
        text: 'flushQueue failed',
      }),
    ];
    expect(search(messages, 'run_command')[0]).toBe('t');
    expect(search(messages, 'why does flush fail')[0]).toBe('t');
  });

  it('joins question and answer across what tools put out between them', () => {
    const lines = ['Why is the gateway slow?', 'irrelevant', 'irrelevant', 'irrelevant', 'A missing index.'];
    const messages = talk(lines).map((one, i) => ({
      ...one,
      role: i % 4 === 0 ? ('user' as const) : ('tool' as const),
    }));
    expect(search(messages, 'gateway slow').sort()).toEqual(['s/1', 's/5']);
  });

  it('leaves out what is not of the time asked for', () => {
    const messages = talk(['apple one', 'apple two', 'apple three']);
    expect(search(messages, { text: 'apple', since: start + minute }).sort()).toEqual(['s/2', 's/3']);
    expect(search(messages, { text: 'apple', until: start })).toEqual(['s/1']);
  });

  it('says how many there are, and orders as many as wanted', () => {
    const postings = new MessagePostings();
    for (const message of talk(
      Array.from({ length: 5000 }, (_, i) => `apple ${i % 7 === 0 ? 'pie' : 'tart'} ${i}`),
    ))
      postings.add(message);
    const ranker = new MessageRanker(postings);
    const question = { text: 'apple pie', now: start };
    const all = ranker.rank(question, 5000);
    expect(all.total).toBe(5000);
    expect(all.best).toHaveLength(5000);
    const some = ranker.rank(question, 50);
    expect(some.total).toBe(5000);
    expect(some.best.length).toBeLessThan(1000);
    expect(some.best.slice(0, 50)).toEqual(all.best.slice(0, 50));
  });

  it('finds nothing where there is nothing, or nothing is asked', () => {
    expect(search([], 'anything')).toEqual([]);
    expect(search(talk(['something']), '?!')).toEqual([]);
  });

  it('ranks alike whether messages were added at once in order, or one by one, late and replaced', () => {
    const words = fc.constantFrom(
      'gateway',
      'port',
      'bowling',
      'yesterday',
      'Ben',
      'flushQueue',
      'went',
      'why?',
      'I',
    );
    const step = fc.record({
      session: fc.constantFrom('a', 'b'),
      seq: fc.integer({ min: 1, max: 12 }),
      gap: fc.integer({ min: 0, max: 10 }),
      role: fc.constantFrom('user' as const, 'tool' as const),
      name: fc.constantFrom('', 'Ann', 'Ben'),
      text: fc.array(words, { maxLength: 6 }).map((list) => list.join(' ')),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 40 }),
        fc.array(words, { minLength: 1, maxLength: 4 }),
        (steps, query) => {
          const grown = new MessagePostings();
          const ranker = new MessageRanker(grown);
          const last = new Map<string, IndexedMessage>();
          const question = { text: query.join(' '), now: start };
          for (const { session, seq, gap, role, name, text } of steps) {
            const id = `${session}/${seq}`;
            const message = indexed({ id, session, seq, time: start + seq * gap * hour, role, name, text });
            grown.add(message);
            last.set(id, message);
            // Between the others, so that a search does not change what later ones find.
            if (seq % 3 === 0) ranker.rank(question, 10);
          }
          const loaded = new MessagePostings();
          const inOrder = [...last.values()]
            .sort((x, y) => (x.id < y.id ? -1 : 1))
            .sort((x, y) => x.seq - y.seq);
          for (const message of inOrder) loaded.add(message);
          const described = (postings: MessagePostings, by: MessageRanker) =>
            by.rank(question, 1000).best.map(({ number, score }) => [postings.id(number), score]);
          expect(described(grown, ranker)).toEqual(described(loaded, new MessageRanker(loaded)));
        },
      ),
      { numRuns: 200 },
    );
  });
});
