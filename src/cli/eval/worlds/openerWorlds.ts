import { drawOpener, openerPrompt } from '../../../engine/opener';
import { coverage, factsTold } from '../coverage';
import type { EvalTask } from '../EvalTask';
import { Random } from '../Random';
import { openerTask } from '../tasks/openers';

/** Openers: each world has sessions of its own and one opener, which the model writes from what was extracted. */
export const openerWorlds: EvalTask = async function* ({ seed, limit }) {
  for (let world = 0; world < limit; world++) {
    const task = openerTask(Random.named(seed, `openers ${world}`));
    const facts = task.facts.map((fact) => fact.text);
    yield {
      sessions: task.sessions.map((exchanges, i) => ({ id: `session-${i + 1}`, exchanges })),
      documents: [],
      notes: [],
      questions: [
        {
          prompt: async (history, counter) => {
            const opener = await drawOpener(history, counter, 'new', Date.now());
            return opener ? openerPrompt(opener) : 'Greet me.';
          },
          reference: facts.join('\n'),
          group: `${task.sessions.length} sessions`,
          score: (text) => ({
            accuracy: factsTold(facts, text),
            rougeL: coverage(facts, text),
          }),
        },
      ],
    };
  }
};
