import { describe, expect, it } from 'vitest';
import { Bm25 } from '../../../../src/cli/eval/bm25';
import { Random } from '../../../../src/cli/eval/Random';
import { deepRecallTask, KEEP_IN_VIEW } from '../../../../src/cli/eval/tasks/deepRecall';
import { BLANK, DocumentQa, passagesOf } from '../../../../src/cli/eval/tasks/documentQa';
import { KV_LEVELS, kvNote, nestedKvTask } from '../../../../src/cli/eval/tasks/nestedKv';
import { smallTalk } from '../../../../src/cli/eval/tasks/projectTalk';
import { codeTokens, isStopWord } from '../../../../src/disk/codeTokens';

const seeds = [1, 2, 3, 99];

describe('nestedKvTask', () => {
  it('asks one chain a level, of pairs that are stored, each key once', () => {
    for (const seed of seeds) {
      const { pairs, questions } = nestedKvTask(new Random(seed));
      const values = new Map(pairs.map(({ key, value }) => [key, value]));
      expect(pairs).toHaveLength(140);
      expect(values.size).toBe(140);
      expect(questions.map((question) => question.nesting).sort()).toEqual([...KV_LEVELS]);
      for (const { key, answer, nesting } of questions) {
        let value = key;
        let hops = 0;
        for (let next = values.get(value); next !== undefined; next = values.get(value)) {
          value = next;
          hops++;
        }
        expect(value).toBe(answer);
        expect(hops).toBe(nesting + 1);
      }
    }
  });

  it('repeats with the seed and differs without', () => {
    const notes = (seed: number) => nestedKvTask(new Random(seed)).pairs.map(kvNote).join('\n');
    expect(notes(5)).toBe(notes(5));
    expect(notes(5)).not.toBe(notes(6));
  });
});

describe('deepRecallTask', () => {
  const options = {
    sessions: 50,
    factsPerSession: 4,
    pinEvery: 2,
    messagesPerSession: 4,
    messageChars: 1500,
  };
  const contentWords = (text: string) => new Set(codeTokens(text).filter((term) => !isStopWord(term)));

  it('tells each fact once, in its session, and names its entity in another', () => {
    const { sessions, facts } = deepRecallTask(new Random(3), options);
    expect(sessions).toHaveLength(50);
    expect(facts).toHaveLength(225);
    for (const { entity, told, session, pinned } of facts) {
      const telling = sessions.flatMap((messages, i) =>
        messages.filter((text) => text.includes(told)).map(() => i),
      );
      const naming = sessions.flatMap((messages, i) =>
        messages.filter((text) => text.includes(entity)).map(() => i),
      );
      expect(telling).toEqual([session]);
      expect(new Set(naming).size).toBe(2);
      expect(sessions[session]?.some((text) => text.includes(`${KEEP_IN_VIEW} ${told}`))).toBe(pinned);
    }
  });

  it('asks in words that share only the entity with the telling', () => {
    for (const { entity, told, question } of deepRecallTask(new Random(4), options).facts) {
      const name = contentWords(entity);
      const shared = [...contentWords(question)].filter((term) => contentWords(told).has(term));
      expect(new Set(shared)).toEqual(name);
    }
  });

  it('has at least ten facts of the same form for each to be mistaken for', () => {
    const { facts } = deepRecallTask(new Random(5), options);
    for (const { form } of facts) {
      expect(facts.filter((other) => other.form === form).length).toBeGreaterThan(10);
    }
  });

  it('says nothing of any entity in small talk', () => {
    const random = new Random(6);
    const said = contentWords(Array.from({ length: 2000 }, () => smallTalk(random)).join(' '));
    for (const { entity } of deepRecallTask(new Random(7), options).facts) {
      for (const term of contentWords(entity)) expect(said).not.toContain(term);
    }
  });
});

describe('documentQa', () => {
  const topics = ['falcons', 'glaciers', 'harbours', 'lanterns', 'meadows', 'quarries', 'saddles', 'tulips'];
  const documents = topics.flatMap((topic, t) =>
    Array.from({ length: 8 }, (_, i) => ({
      path: `${topic}/${i}.md`,
      text: `# About ${topic}\n\n${'The keeper writes down what is seen near the place every single day. '.repeat(6)}\n\n${`Whoever asks about ${topic} in the winter should rather search the marker${String.fromCharCode(97 + t)}${String.fromCharCode(97 + i)}word hanging above wooden doors.`}`,
    })),
  );

  it('asks for a word that one passage alone has in that sentence', () => {
    const passages = passagesOf(documents);
    const questions = new DocumentQa(passages).questions(new Random(1), 20);
    expect(questions.length).toBe(20);
    for (const { gold, cloze, answer } of questions) {
      expect(cloze.split(BLANK)).toHaveLength(2);
      const sentence = cloze.replace(BLANK, answer);
      const having = passages.flatMap((passage, i) =>
        passage.text.replace(/\s+/g, ' ').includes(sentence) ? [i] : [],
      );
      expect(having).toEqual([gold]);
    }
  });

  it('makes sets of the wished size that hold every gold', () => {
    const qa = new DocumentQa(passagesOf(documents));
    const questions = qa.questions(new Random(2), 10);
    for (const size of [1, 10, 50]) {
      const sets = qa.sets(questions, size, new Random(3));
      expect(sets.flatMap((set) => set.questions)).toEqual(questions);
      for (const set of sets) {
        expect(new Set(set.documents).size).toBe(size);
        for (const { gold } of set.questions) expect(set.documents).toContain(gold);
      }
    }
  });

  it('gives each text once', () => {
    const twice = documents.flatMap((document) => [document, { ...document, path: `copy/${document.path}` }]);
    expect(passagesOf(twice)).toEqual(passagesOf(documents.flatMap((document) => [document])));
  });
});

describe('Bm25', () => {
  it('prefers the text with the rarer word', () => {
    const index = new Bm25(['the red house', 'the blue house', 'the red red boat', 'the garden']);
    expect(index.rank('blue house')[0]).toBe(1);
    expect(index.rank('unknown')).toEqual([]);
    expect(index.frequency('Red')).toBe(2);
  });
});
