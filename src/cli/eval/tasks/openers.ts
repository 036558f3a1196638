/**
 * Openers (after Packer et al. 2023, section 3.1.2): sessions about one made-up project, each with facts that a good
 * opener would take up: what is being built, what was decided, what is left. Each fact is told in one of several forms,
 * some of them in passing, in words no rule could look for.
 */
import type { Random } from '../Random';
import { adjectives, cities, databases, given, nouns, smallTalk } from './projectTalk';

interface Exchange {
  /** What the person says. */
  readonly user: string;
  readonly assistant: string;
}

export interface OpenerTask {
  /** Oldest first. */
  readonly sessions: readonly (readonly Exchange[])[];
  /** Facts that hold at the end, of all sessions, oldest first: what is still open, and not what was finished. */
  readonly facts: readonly { readonly text: string; readonly session: number }[];
}

interface Form {
  readonly by: 'user' | 'assistant';
  readonly tell: (fact: string) => string;
}

const GOALS: readonly Form[] = [
  { by: 'user', tell: (fact) => `We are building ${fact}.` },
  { by: 'user', tell: (fact) => `I'm working on ${fact} at the moment.` },
  { by: 'user', tell: (fact) => `The goal is ${fact}.` },
  { by: 'user', tell: (fact) => `Management asks for ${fact} again.` },
];
const DECISIONS: readonly Form[] = [
  { by: 'assistant', tell: (fact) => `Decision: ${fact}.` },
  { by: 'assistant', tell: (fact) => `We decided that ${fact}.` },
  { by: 'user', tell: (fact) => `We agreed that ${fact}.` },
  { by: 'user', tell: (fact) => `Since Monday ${fact}, which suits everyone.` },
];
const OPEN: readonly Form[] = [
  { by: 'assistant', tell: (fact) => `\n- [ ] ${fact}` },
  { by: 'assistant', tell: (fact) => `\nNext: ${fact}` },
  { by: 'user', tell: (fact) => `\nTODO: ${fact}` },
  { by: 'user', tell: (fact) => `Somebody will have to ${fact} one day.` },
];

/** Exchanges of a session, its facts among them. */
const EXCHANGES = 6;

export function openerTask(random: Random, sessions = 8): OpenerTask {
  const names = random.shuffle(adjectives.flatMap((word) => nouns.map((noun) => `${word} ${noun}`)));
  const name = () => names.pop() ?? 'project';
  const told: string[][] = Array.from({ length: sessions }, () => []);
  const exchanges = told.map(() =>
    Array.from({ length: EXCHANGES }, () => ({ user: [smallTalk(random)], assistant: [smallTalk(random)] })),
  );
  for (let session = 0; session < sessions; session++) {
    const tell = (forms: readonly Form[], fact: string, at = session) => {
      const form = random.pick(forms);
      random.pick(exchanges[at] ?? [])[form.by].push(form.tell(fact));
      told[at]?.push(fact);
    };
    tell(GOALS, `a ${random.pick(['service', 'library', 'dashboard'])} named ${name()}`);
    tell(DECISIONS, `${name()} stores its data in ${random.pick(databases)}`);
    tell(DECISIONS, `${random.pick(given)} looks after ${name()} from ${random.pick(cities)}`);
    tell(OPEN, `write the tests of ${name()}`);
    const task = `move ${name()} to the new schema`;
    tell(OPEN, task);
    // Half of the tasks are finished in a later session: an opener that still lists them gains nothing.
    if (session + 1 < sessions && random.chance(0.5)) {
      told[session] = told[session]?.filter((fact) => fact !== task) ?? [];
      exchanges[random.int(session + 1, sessions - 1)]?.[0]?.assistant.push(`\nDone: ${task}`);
    }
  }
  return {
    sessions: exchanges.map((session) =>
      session.map(({ user, assistant }) => ({ user: user.join(' '), assistant: assistant.join(' ') })),
    ),
    facts: told.flatMap((facts, session) => facts.map((text) => ({ text, session }))),
  };
}
