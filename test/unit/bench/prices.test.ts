import { expect, it } from 'vitest';
import { CountedPrompt, PRICE_TABLES, PriceMeter, type PriceTable } from '../../../src/cli/replay/prices';
import type { ChatMessage } from '../../../src/engine/chat';

const [explicit, automatic] = PRICE_TABLES as readonly [PriceTable, PriceTable];

const system: ChatMessage = { role: 'system', content: 's'.repeat(8000) };

function prompt(...contents: readonly string[]): CountedPrompt {
  const messages = contents.map((content): ChatMessage => ({ role: 'user', content }));
  return new CountedPrompt({ messages: [system, ...messages], functions: [], maxOutputTokens: 1 });
}

const long = (letter: string) => letter.repeat(4000);

it('serves what a growing prompt has in common with the one before, while it lives', () => {
  const meter = new PriceMeter(explicit);
  const first = prompt(long('a'));
  expect(meter.bill(first, 0)).toBe(0);
  expect(meter.inputBilled).toBe(first.tokens * 1.25);
  expect(meter.bill(prompt(long('a'), long('b')), 60_000)).toBe(first.tokens);
  expect(meter.bill(prompt(long('a'), long('b'), long('c')), 60_000 + explicit.lives + 1)).toBe(0);
});

it('finds a marked prefix only where it ends, an automatic one in steps', () => {
  const before = prompt(long('a'), long('b'));
  const after = prompt(long('a'), long('x'));
  const marked = new PriceMeter(explicit);
  marked.bill(before, 0);
  expect(marked.bill(after, 1)).toBe(after.through(2));
  const counted = new PriceMeter(automatic);
  counted.bill(before, 0);
  expect(counted.bill(after, 1)).toBe(after.through(3) - (after.through(3) % 128));
});

it('goes on from the chat after a request of another kind', () => {
  const meter = new PriceMeter(explicit);
  const chat = prompt(long('a'), long('b'));
  meter.bill(chat, 0);
  meter.bill(
    new CountedPrompt({
      messages: [{ role: 'user', content: long('s') }],
      functions: [],
      maxOutputTokens: 1,
    }),
    1,
  );
  expect(meter.bill(prompt(long('a'), long('b'), 'go on'), 2)).toBe(chat.tokens);
});

it('caches nothing short', () => {
  const meter = new PriceMeter(automatic);
  const short = new CountedPrompt({
    messages: [{ role: 'user', content: 'Hello.' }],
    functions: [],
    maxOutputTokens: 1,
  });
  meter.bill(short, 0);
  expect(meter.bill(short, 1)).toBe(0);
});
