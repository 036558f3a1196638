/**
 * Deep memory retrieval (after Packer et al. 2023, section 3.1.1): facts told in passing over many sessions, asked for
 * long after in words that share nothing with the telling but the name of what they are about.
 */
import type { Random } from '../Random';
import { adjectives, chatter, cities, databases, given, nouns, smallTalk, surnames } from './projectTalk';

export interface RecallFact {
  /** Two words, of which other facts' entities share one. */
  readonly entity: string;
  /** Facts of one form differ in nothing but entity and value: each is a distractor of the others. */
  readonly form: string;
  /** The sentence in which the person tells it. */
  readonly told: string;
  readonly question: string;
  /** What an answer must contain. */
  readonly value: string;
  /** A full answer, for ROUGE-L recall. */
  readonly reference: string;
  /** The session in which it is told, from 0. */
  readonly session: number;
  /** Told with the wish to have it kept in view. */
  readonly pinned: boolean;
}

export interface DeepRecallTask {
  /** The person's messages, by session. */
  readonly sessions: readonly (readonly string[])[];
  readonly facts: readonly RecallFact[];
}

export interface DeepRecallOptions {
  readonly sessions: number;
  /** Facts told in passing in each session. */
  readonly factsPerSession: number;
  /** Every so many sessions one more fact is told that is to be pinned. */
  readonly pinEvery: number;
  readonly messagesPerSession: number;
  /** Characters of talk about other things in each message. */
  readonly messageChars: number;
}

/** What the person says before a fact that is to be pinned. */
export const KEEP_IN_VIEW = 'Keep this in view for good:';

interface Form {
  readonly name: string;
  readonly value: (random: Random) => string;
  readonly told: (entity: string, value: string) => string;
  readonly question: (entity: string) => string;
  readonly reference: (entity: string, value: string) => string;
}

const FORMS: readonly Form[] = [
  {
    name: 'port',
    value: (random) => String(random.int(20_000, 59_999)),
    told: (entity, value) => `Since the move ${entity} listens at ${value}.`,
    question: (entity) => `On which port can one reach ${entity}?`,
    reference: (entity, value) => `${entity} listens at port ${value}`,
  },
  {
    name: 'owner',
    value: (random) => `${random.pick(given)} ${random.pick(surnames)}`,
    told: (entity, value) => `By the way, ${value} looks after ${entity} now.`,
    question: (entity) => `Who is the person responsible for ${entity}?`,
    reference: (entity, value) => `${value} looks after ${entity}`,
  },
  {
    name: 'database',
    value: (random) => `${random.pick(databases)} ${random.int(8, 19)}.${random.int(0, 9)}`,
    told: (entity, value) => `In the end we moved ${entity} over to ${value}.`,
    question: (entity) => `Which database holds what ${entity} stores?`,
    reference: (entity, value) => `${entity} was moved to ${value}`,
  },
  {
    name: 'timeout',
    value: (random) => `${random.int(11, 990)} seconds`,
    told: (entity, value) => `It turned out that ${entity} gives up after ${value}.`,
    question: (entity) => `How long is the timeout of ${entity}?`,
    reference: (entity, value) => `${entity} gives up after ${value}`,
  },
  {
    name: 'backup',
    value: (random) => `${pad(random.int(0, 23))}:${pad(random.int(0, 59))}`,
    told: (entity, value) => `Every night at ${value} someone copies ${entity} to the cold store.`,
    question: (entity) => `When does the backup of ${entity} run?`,
    reference: (entity, value) => `${entity} is copied to the cold store at ${value}`,
  },
  {
    name: 'price',
    value: (random) => `${random.int(12, 911)} euros`,
    told: (entity, value) => `Customers of ${entity} pay ${value} a month.`,
    question: (entity) => `What does ${entity} cost?`,
    reference: (entity, value) => `${entity} costs ${value} a month`,
  },
  {
    name: 'release',
    value: (random) => `20${random.int(10, 24)}-${pad(random.int(1, 12))}-${pad(random.int(1, 28))}`,
    told: (entity, value) => `I looked it up, ${entity} went live on ${value}.`,
    question: (entity) => `At what date was ${entity} first released?`,
    reference: (entity, value) => `${entity} went live on ${value}`,
  },
  {
    name: 'office',
    value: (random) => random.pick(cities),
    told: (entity, value) => `Our friends in ${value} run ${entity} these days.`,
    question: (entity) => `Which office has the team behind ${entity}?`,
    reference: (entity, value) => `the team of ${entity} is in ${value}`,
  },
];

/** @throws RangeError when there are not enough names for that many facts */
export function deepRecallTask(random: Random, options: DeepRecallOptions): DeepRecallTask {
  const { sessions, factsPerSession, pinEvery } = options;
  const plan = Array.from({ length: sessions }, (_, session) => [
    ...Array.from({ length: factsPerSession }, () => ({ session, pinned: false })),
    ...(session % pinEvery === 0 ? [{ session, pinned: true }] : []),
  ]).flat();
  const entities = random.shuffle(
    adjectives.flatMap((word) => nouns.map((noun) => `${capital(word)} ${capital(noun)}`)),
  );
  if (plan.length > entities.length)
    throw new RangeError(`There are names for ${entities.length} facts only.`);
  const facts = plan.map(({ session, pinned }, i): RecallFact => {
    const form = FORMS[i % FORMS.length] as Form;
    const entity = entities[i] as string;
    const value = form.value(random);
    return {
      entity,
      form: form.name,
      told: form.told(entity, value),
      question: form.question(entity),
      value,
      reference: form.reference(entity, value),
      session,
      pinned,
    };
  });
  return { sessions: conversations(random, facts, options), facts };
}

/** Each fact is told once, in the middle of other talk; in another session its entity is named without it. */
function conversations(
  random: Random,
  facts: readonly RecallFact[],
  { sessions, messagesPerSession, messageChars }: DeepRecallOptions,
): string[][] {
  const inserted = Array.from({ length: sessions * messagesPerSession }, (): string[] => []);
  const message = (session: number) =>
    inserted[session * messagesPerSession + random.int(0, messagesPerSession - 1)];
  for (const { entity, told, session, pinned } of facts) {
    message(session)?.push(pinned ? `${KEEP_IN_VIEW} ${told}` : told);
    const other = (session + random.int(1, Math.max(1, sessions - 1))) % sessions;
    message(other)?.push(random.pick(chatter)(entity));
  }
  const texts = inserted.map((sentences) => {
    const talk: string[] = [];
    for (let chars = 0; chars < messageChars; chars += talk.at(-1)?.length ?? 0) talk.push(smallTalk(random));
    for (const sentence of sentences) talk.splice(random.int(0, talk.length), 0, sentence);
    return talk.join(' ');
  });
  return Array.from({ length: sessions }, (_, session) =>
    texts.slice(session * messagesPerSession, (session + 1) * messagesPerSession),
  );
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}

function capital(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}
