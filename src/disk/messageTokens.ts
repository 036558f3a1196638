import { codeTokens, isStopWord } from './codeTokens';

/** Beyond this a message (a tool's output) contributes each further term once: it stays findable without outweighing talk. */
const maxRepeated = 1500;
/** What a message lends to those around it. */
const maxLent = 200;

/** Search terms of a message: speaker or tool name twice, then the text, without words every text has. */
export function messageTokens(message: { readonly name?: string; readonly text: string }): string[] {
  const name = codeTokens(message.name ?? '');
  const body = codeTokens(message.text).filter((token) => !isStopWord(token));
  const counted = body.slice(0, maxRepeated);
  const known = new Set(counted);
  const rest = new Set(body.slice(maxRepeated).filter((token) => !known.has(token)));
  return [...name, ...name, ...counted, ...rest];
}

/**
 * Terms under which a message is looked up: its own three times, its neighbours' twice, theirs once (docs/disk.md).
 * @param window terms of two messages before, the message itself, two after; undefined where there is none
 */
export function smoothTokens(window: readonly (string | undefined)[]): string {
  const middle = (window.length - 1) / 2;
  return window
    .flatMap((toks, i) => {
      if (!toks) return [];
      const distance = Math.abs(i - middle);
      const text = distance === 0 ? toks : toks.split(' ', maxLent).join(' ');
      return new Array<string>(3 - distance).fill(text);
    })
    .join(' ');
}
