/** Words and sentences of which conversations about made-up projects are built. */
import type { Random } from '../Random';

const words = (text: string): readonly string[] => text.split(' ');

/** First and second words of the entities' names. Neither occurs in any sentence below. */
export const adjectives = words(
  'amber brisk cobalt crimson dusty eager faint gentle hollow indigo ivory jolly keen lunar mellow nimble olive proud quiet ' +
    'rapid russet scarlet silent silver solemn sturdy tawny velvet violet zesty',
);
export const nouns = words(
  'anchor badger beacon canyon cedar comet condor dolphin falcon ferry glacier harbour heron juniper lantern lynx maple meadow ' +
    'nettle orchard otter pebble pigeon quarry raven saddle thistle tulip walrus willow',
);
export const given = words(
  'Alma Boris Carla Dmitri Elif Farid Greta Hugo Ines Jonas Kaito Leila Marta Nils Olga Pavel Rosa Sven Tara Yusuf',
);
export const surnames = words(
  'Abel Brandt Castro Dahl Eriksen Fabre Gallo Haas Ivanov Jansen Keller Lindt Moreau Novak Okafor Petit Rossi Sato Tanaka Weiss',
);
export const databases = words(
  'PostgreSQL MariaDB CockroachDB MongoDB Cassandra DynamoDB Firebird SQLite Oracle Redis',
);
export const cities = words(
  'Lisbon Porto Ghent Tartu Vilnius Graz Leipzig Malmö Turin Lyon Kraków Oslo Dublin Valencia Patras Cork Bergen Utrecht Basel Brno',
);

/** Names the entity and tells nothing of it. */
export const chatter: readonly ((entity: string) => string)[] = [
  (entity) => `Somebody asked about ${entity} in the morning round and nobody felt like talking.`,
  (entity) => `The slides with ${entity} on them still have the wrong logo.`,
  (entity) => `I dreamt of ${entity} again, which says enough about this week.`,
  (entity) => `Please do not rename ${entity} before the holidays.`,
  (entity) => `There is a sticker of ${entity} on the coffee machine.`,
];

const things = words(
  'parser scheduler renderer importer linter router compiler mailer exporter formatter tokenizer validator installer updater ' +
    'dashboard sandbox watcher encoder sampler profiler',
);
const acts = words(
  'rewrote simplified tested reviewed measured cleaned documented split merged reverted traced profiled ported patched checked',
);
const parts = words(
  'tests types errors options fixtures messages branches comments warnings snapshots helpers defaults',
);
const moods = words('slow fine noisy broken tidy odd clear fragile boring stable');

const talk: readonly ((random: Random) => string)[] = [
  (random) =>
    `We ${random.pick(acts)} the ${random.pick(things)} and its ${random.pick(parts)} before lunch.`,
  (random) =>
    `The ${random.pick(things)} looks ${random.pick(moods)} to me, and its ${random.pick(parts)} look ${random.pick(moods)}.`,
  (random) =>
    `Could be that the ${random.pick(things)} hides two ${random.pick(parts)} from the ${random.pick(things)}.`,
  (random) =>
    `My branch ${random.pick(acts)} more ${random.pick(parts)} than I wanted, so the ${random.pick(things)} has to wait.`,
  (random) =>
    `Nobody ${random.pick(acts)} the ${random.pick(parts)} of the ${random.pick(things)} with any care.`,
  (random) =>
    `Once the ${random.pick(things)} is ${random.pick(moods)} again I will have a look at the ${random.pick(parts)}.`,
  (random) =>
    `A ${random.pick(moods)} ${random.pick(things)} is better than a ${random.pick(moods)} one, as they say.`,
  (random) =>
    `Half of the ${random.pick(parts)} came from the ${random.pick(things)}, half from the ${random.pick(things)}.`,
  (random) =>
    `I would keep the ${random.pick(parts)} small and the ${random.pick(things)} ${random.pick(moods)}.`,
  (random) =>
    `Yesterday the ${random.pick(things)} was ${random.pick(moods)}; today its ${random.pick(parts)} are ${random.pick(moods)}.`,
];

/** @returns a sentence about nothing in particular */
export function smallTalk(random: Random): string {
  return random.pick(talk)(random);
}
