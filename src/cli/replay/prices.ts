/**
 * What a provider with a prefix cache bills: a model of the two kinds of caching that are sold. Tokens are counted with
 * the same rough counter for every policy, so that shares and ratios mean something and absolute figures do not.
 */
import type { ChatMessage } from '../../engine/chat';
import type { ModelRequest } from '../../engine/ports';
import { countedText, messageTokens } from '../../engine/queueEntries';

/** Price of an output token in input tokens, in both tables. */
export const OUTPUT_PRICE = 5;

export interface PriceTable {
  readonly name: 'explicit' | 'automatic';
  /** Prices in input tokens. */
  readonly read: number;
  /** Of a prompt token that is not served from the cache. */
  readonly write: number;
  /** How long an entry lives after its last use, ms. */
  readonly lives: number;
  /** The client marks where prefixes end: after the schemas, after the system message, at the end of the prompt. */
  readonly marked: boolean;
  /** Shorter prefixes are not cached, tokens. */
  readonly least: number;
  /** Cached prefixes are multiples of this, tokens. */
  readonly step: number;
}

export const PRICE_TABLES: readonly PriceTable[] = [
  { name: 'explicit', read: 0.1, write: 1.25, lives: 5 * 60_000, marked: true, least: 1024, step: 1 },
  { name: 'automatic', read: 0.1, write: 1, lives: 60 * 60_000, marked: false, least: 1024, step: 128 },
];

/** One part of a prompt: the schemas, then each message. */
interface Part {
  readonly text: string;
  /** Tokens of the prompt up to the end of this part. */
  readonly through: number;
}

export class CountedPrompt {
  readonly parts: readonly Part[];

  /** @param count tokens of each of `promptTexts(request)` */
  constructor(request: ModelRequest, count: (text: string) => number = tokensOf) {
    let through = 0;
    this.parts = promptTexts(request).map((text) => {
      through += messageTokens(count(text));
      return { text, through };
    });
  }

  get tokens(): number {
    return this.parts.at(-1)?.through ?? 0;
  }

  /** Number of leading parts that both prompts share. */
  shared(other: CountedPrompt): number {
    const most = Math.min(this.parts.length, other.parts.length);
    let shared = 0;
    while (shared < most && this.parts[shared]?.text === other.parts[shared]?.text) shared++;
    return shared;
  }

  /** Tokens of the first `count` parts. */
  through(count: number): number {
    return this.parts[count - 1]?.through ?? 0;
  }
}

/** @returns what a prompt is made of: its schemas, then its messages */
export function promptTexts(request: ModelRequest): readonly string[] {
  return [JSON.stringify(request.functions), ...request.messages.map(partText)];
}

/** The role stands before the text: a message said by another is another message. */
const partTexts = new WeakMap<ChatMessage, string>();

function partText(message: ChatMessage): string {
  let text = partTexts.get(message);
  if (text === undefined) {
    text = `${message.role} ${countedText(message)}`;
    partTexts.set(message, text);
  }
  return text;
}

/** Four characters a token. */
export function tokensOf(text: string): number {
  return Math.ceil(text.length / 4);
}

/** Prompts a provider remembers of one client. Older ones would not be hit: chats go on from their latest request. */
const REMEMBERED = 6;

/** Bills requests by one price table. */
export class PriceMeter {
  promptTokens = 0;
  cachedTokens = 0;
  /** In input tokens, output not included. */
  inputBilled = 0;

  private entries: { readonly prompt: CountedPrompt; readonly usedAt: number }[] = [];

  constructor(readonly table: PriceTable) {}

  /** @param at ms since the epoch @returns tokens of the prompt served from the cache */
  bill(prompt: CountedPrompt, at: number): number {
    const { table } = this;
    this.entries = this.entries.filter((entry) => at - entry.usedAt <= table.lives);
    let cached = 0;
    for (const entry of this.entries) cached = Math.max(cached, this.hit(prompt, entry.prompt));
    // What the new prompt begins with in full lives on in the new entry.
    this.entries = this.entries.filter((entry) => prompt.shared(entry.prompt) < entry.prompt.parts.length);
    this.entries.push({ prompt, usedAt: at });
    if (this.entries.length > REMEMBERED) this.entries.shift();
    this.promptTokens += prompt.tokens;
    this.cachedTokens += cached;
    this.inputBilled += cached * table.read + (prompt.tokens - cached) * table.write;
    return cached;
  }

  private hit(prompt: CountedPrompt, earlier: CountedPrompt): number {
    const { least, step, marked } = this.table;
    let shared = prompt.shared(earlier);
    if (marked && shared < earlier.parts.length) shared = Math.min(shared, MARKED_PARTS);
    const tokens = prompt.through(shared);
    return tokens < least ? 0 : tokens - (tokens % step);
  }
}

/** The schemas and the system message. */
const MARKED_PARTS = 2;
