import { endsWithUuid } from '../accuracy';
import type { EvalTask } from '../EvalTask';
import { Random } from '../Random';
import { kvNote, kvPrompt, nestedKvTask } from '../tasks/nestedKv';

/** Nested key-value retrieval: each world is an ordering of fresh pairs in the archive. */
export const kvWorlds: EvalTask = async function* ({ seed, limit }) {
  for (let asked = 0, ordering = 0; asked < limit; ordering++) {
    const task = nestedKvTask(Random.named(seed, `kv ${ordering}`));
    const questions = task.questions.slice(0, limit - asked);
    asked += questions.length;
    const archive = task.pairs.map((pair, i) => ({ id: `pair${i}`, text: kvNote(pair) }));
    yield {
      sessions: [{ id: 'archive', exchanges: [], archive }],
      documents: [],
      notes: [],
      questions: questions.map(({ key, answer, nesting }) => ({
        prompt: async () => kvPrompt(key),
        reference: answer,
        group: `nesting ${nesting}`,
        score: (text) => {
          const accuracy = endsWithUuid(text, answer) ? 1 : 0;
          return { accuracy, rougeL: accuracy };
        },
      })),
    };
  }
};
