/** What was said in a chat, as text: questions and answers, without calls and their results. */
import type { SessionEvent } from '../../engine/events';

/** More of a chat than this is no excerpt, UTF-16 units: its beginning is left out. */
const MAX_CHARS = 400_000;

/** @returns empty when nothing was said there */
export async function chatExcerpt(events: AsyncIterable<SessionEvent>): Promise<string> {
  const said: string[] = [];
  let chars = 0;
  for await (const event of events) {
    if (event.type !== 'message.user' && event.type !== 'message.assistant') continue;
    if (event.text.trim() === '') continue;
    const text = `${event.type === 'message.user' ? 'Person' : 'Assistant'}: ${event.text.trim()}`;
    said.push(text);
    chars += text.length;
    while (chars > MAX_CHARS && said.length > 1) chars -= said.shift()?.length ?? 0;
  }
  return said.join('\n\n');
}
