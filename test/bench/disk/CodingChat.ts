/**
 * A coding chat made from real source text: a question about names of a place in a file, the place as a tool reads it, a
 * reply in the words of the comments there. Nobody wrote it, so what is found in it shows the mechanism, not how people
 * remember.
 */
import type { RecallMessage } from '../../../src/engine/ports';
import { Random } from '../engine/random';
import type { SourceFile } from './corpus';

/** A question about the chat, and the messages that answer it. */
export interface ChatQuestion {
  readonly text: string;
  readonly kind: 'reply' | 'output' | 'said';
  readonly evidence: readonly string[];
}

const firstTime = Date.UTC(2024, 0, 8, 9);
const minute = 60_000;
const turnsPerSession = 15;
/** As function results are indexed. */
const maxOutput = 2000;
const placeLines = 40;

const questions = [
  (name: string, file: string) => `Why does ${name} in ${file} do it this way?`,
  (name: string, file: string) => `Can you look at ${name}? It is in ${file}, I think.`,
  (name: string, file: string) => `The build fails since I touched ${name} (${file}). What is it for?`,
  (name: string, file: string) => `We should rename ${name} in ${file}. What depends on it?`,
  (name: string, file: string) => `How is ${name} used? Start from ${file}.`,
] as const;
const replies = [
  (told: string) => `I looked at the file. ${told} I would leave it as it is.`,
  (told: string) => `It is there for a reason: ${told} Shall I change it?`,
  (told: string) => `${told} That is what the comment says, and the code agrees.`,
  (told: string) => `Nothing else depends on it. ${told}`,
] as const;

export class CodingChat {
  /** Of the turns made so far, one for each. */
  readonly questions: ChatQuestion[] = [];
  private readonly random: Random;
  private turn = 0;

  constructor(
    private readonly files: readonly SourceFile[],
    seed: number,
  ) {
    this.random = Random.named(seed, 'coding chat');
  }

  /** @returns the next turn's three messages */
  next(): RecallMessage[] {
    const { random } = this;
    const { rel, lines, comments, names } = this.place();
    const session = `chat${Math.floor(this.turn / turnsPerSession)}`;
    const inSession = this.turn % turnsPerSession;
    const time = firstTime + Math.floor(this.turn / turnsPerSession) * 1440 * minute + inSession * 5 * minute;
    this.turn++;
    const name = random.pick(names);
    const file = rel.split('/').at(-1) ?? rel;
    const told = random.shuffle(comments).slice(0, 2).join('. ');
    const said = [
      { role: 'user', text: random.pick(questions)(name, file) },
      { role: 'tool', name: 'read_file', text: `${rel}\n${lines.join('\n')}`.slice(0, maxOutput) },
      { role: 'assistant', text: random.pick(replies)(`${told}.`) },
    ] as const;
    const messages = said.map((message, i) => {
      const seq = inSession * said.length + i + 1;
      return { id: `msg:${session}/${seq}`, session, seq, time: time + i * 1000, ...message };
    });
    const [asked, output, reply] = messages.map(({ id }) => id) as [string, string, string];
    const words = (text: string, count: number) =>
      random
        .shuffle([...new Set(text.match(/[A-Za-z_]\w{3,}/g) ?? [])])
        .slice(0, count)
        .join(' ');
    this.questions.push(
      random.pick([
        { text: `What did you tell me about ${name}?`, kind: 'reply', evidence: [asked, reply] },
        { text: words(lines.slice(0, 20).join(' '), 5), kind: 'output', evidence: [output] },
        { text: words(told, 4), kind: 'said', evidence: [reply] },
      ]),
    );
    return messages;
  }

  /** Some lines of a file that have comments to tell of and names to ask about. */
  private place() {
    for (;;) {
      const { rel, text } = this.random.pick(this.files);
      const all = text.split('\n');
      const from = this.random.int(0, Math.max(0, all.length - placeLines));
      const lines = all.slice(from, from + placeLines);
      const comments = lines.flatMap(
        (line) => /^\s*(?:\/\/|\*|#)\s+(\w+(?: [\w,'-]+){5,})/.exec(line)?.[1] ?? [],
      );
      const names = lines.join('\n').match(/\b[a-z]+[A-Z]\w{3,}\b/g) ?? [];
      if (comments.length > 1 && names.length > 0) return { rel, lines, comments, names };
    }
  }
}
