import { describe, expect, it } from 'vitest';
import { messageTokens, smoothTokens } from '../../../src/disk/messageTokens';
import { type MessageText, rankMessages } from '../../../src/disk/rankMessages';

const message = (id: string, text: string, name = ''): MessageText => ({
  id,
  session: 's',
  role: 'user',
  name,
  text,
  toks: messageTokens({ name, text }).join(' '),
});
const statistics = { documents: 100, averageLength: 5, documentFrequency: () => 3 };
const around = (messages: readonly MessageText[]) =>
  messages.map((_, i) => [-2, -1, 0, 1, 2].map((offset) => messages[i + offset]));
const rank = (messages: readonly MessageText[], text: string) =>
  rankMessages(around(messages), text, messageTokens({ text }), statistics).map((one) => one.id);

describe('rankMessages', () => {
  it('puts the message with the words first', () => {
    const talk = [
      message('a', 'hello there'),
      message('b', 'deploy failed on staging'),
      message('c', 'fine'),
    ];
    expect(rank(talk, 'staging deploy')[0]).toBe('b');
  });

  it('finds an answer by the question before it', () => {
    const talk = [
      message('q', 'Which port does the gateway listen on?'),
      message('a', '8443, since March'),
      message('x', 'ok'),
      message('y', 'let us talk about lunch'),
    ];
    expect(rank(talk, 'gateway port').slice(0, 2)).toContain('a');
  });

  it('finds a tool by its name', () => {
    const talk = [message('a', 'some output', 'run_command'), message('b', 'some output', 'read_file')];
    expect(rank(talk, 'read_file')[0]).toBe('b');
  });
});

describe('message terms', () => {
  it('keeps every distinct word of a long output', () => {
    const long = Array.from({ length: 5000 }, (_, i) => `word${i}`).join(' ');
    expect(new Set(messageTokens({ text: `${long} needle` })).has('needl')).toBe(true);
  });

  it('weighs own words three times, neighbours twice and once', () => {
    const counts = smoothTokens(['far', 'near', 'own', 'near', undefined]).split(' ');
    const count = (word: string) => counts.filter((one) => one === word).length;
    expect([count('own'), count('near'), count('far')]).toEqual([3, 4, 1]);
  });
});
