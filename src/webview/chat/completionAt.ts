/** What is being completed where the caret stands: a mention after `@`, or a command after `/` at the very beginning. */
export interface CompletionPlace {
  readonly kind: 'mention' | 'slash';
  /** Where it begins, the sign included, UTF-16 units. */
  readonly start: number;
  /** What was typed after the sign. */
  readonly query: string;
}

const MENTION = /(?:^|[\s([{,;])@("[^"\n]*|[^\s"'`<>()[\]{},;]*)$/;

/** @returns undefined where nothing is completed */
export function completionAt(text: string, caret: number): CompletionPlace | undefined {
  const before = text.slice(0, caret);
  const slash = /^\/([\w-]*)$/.exec(before)?.[1];
  if (slash !== undefined) return { kind: 'slash', start: 0, query: slash };
  const mention = MENTION.exec(before)?.[1];
  return mention === undefined
    ? undefined
    : { kind: 'mention', start: caret - mention.length - 1, query: mention };
}

/** @returns a text without one mention, and without the space that then is one too many */
export function withoutMention(text: string, token: string): string {
  const place = text.indexOf(token);
  if (place < 0) return text;
  const [before, after] = [text.slice(0, place), text.slice(place + token.length)];
  return /(?:^|\s)$/.test(before) ? before + after.replace(/^ /, '') : before + after;
}
