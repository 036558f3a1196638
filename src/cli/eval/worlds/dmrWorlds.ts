import type { Note } from '../../../engine/events';
import { gives } from '../accuracy';
import type { EvalTask } from '../EvalTask';
import { Random } from '../Random';
import { rougeLRecall } from '../rougeL';
import { deepRecallTask } from '../tasks/deepRecall';

const SHAPE = {
  sessions: 50,
  factsPerSession: 4,
  pinEvery: 5,
  messagesPerSession: 4,
  messageChars: 600,
} as const;

/** Deep memory retrieval: one world of fifty sessions; what was to be kept in view is pinned. */
export const dmrWorlds: EvalTask = async function* ({ seed, limit }) {
  const random = Random.named(seed, 'dmr');
  const task = deepRecallTask(random, SHAPE);
  const notes = task.facts
    .filter((fact) => fact.pinned)
    .map((fact, i): Note => ({ id: `fact${i}`, text: fact.told, by: 'person' }));
  yield {
    sessions: task.sessions.map((messages, i) => ({
      id: `session-${i + 1}`,
      exchanges: messages.map((user) => ({ user, assistant: 'I see.' })),
    })),
    documents: [],
    notes,
    questions: random
      .shuffle(task.facts)
      .slice(0, limit)
      .map((fact) => ({
        prompt: async () =>
          `${fact.question} I told you in an earlier chat. Answer in one sentence that names ${fact.entity}.`,
        reference: fact.reference,
        group: fact.pinned ? 'pinned' : 'unpinned',
        score: (text) => ({
          accuracy: gives(text, fact.value) ? 1 : 0,
          rougeL: rougeLRecall(fact.reference, text),
        }),
      })),
  };
};
