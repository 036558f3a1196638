/** One line of an import, as the programs that export conversations write it. */
import * as z from 'zod';

/** Names under which each field is known; the first is ours. */
const fieldNames = {
  id: ['id', 'message_id', 'messageId', 'uuid', 'dia_id'],
  session: [
    'session',
    'session_id',
    'sessionId',
    'conversation',
    'conversation_id',
    'conversationId',
    'thread',
    'thread_id',
    'chat_id',
  ],
  time: ['time', 'timestamp', 'date', 'datetime', 'date_time', 'created_at', 'createdAt', 'ts'],
  role: ['role'],
  name: ['name', 'speaker', 'sender', 'author', 'from'],
  text: ['text', 'content', 'message', 'body'],
} as const;

const roles: Readonly<Record<string, 'user' | 'assistant' | 'tool'>> = {
  user: 'user',
  human: 'user',
  assistant: 'assistant',
  ai: 'assistant',
  bot: 'assistant',
  model: 'assistant',
  tool: 'tool',
  function: 'tool',
};

/** Smaller numbers are seconds: as milliseconds they would be before the year 1973. */
const leastMilliseconds = 1e11;

const time = z.union([z.number(), z.string()]).transform((value, context) => {
  const number = typeof value === 'number' || /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
  const ms = Number.isNaN(number)
    ? Date.parse(String(value))
    : number < leastMilliseconds
      ? number * 1000
      : number;
  if (Number.isFinite(ms)) return ms;
  context.addIssue({ code: 'custom', message: 'expected ms since the epoch or an ISO date' });
  return z.NEVER;
});

const role = z.string().transform((value, context) => {
  const known = roles[value.toLowerCase()];
  if (known) return known;
  context.addIssue({ code: 'custom', message: 'expected user, assistant or tool' });
  return z.NEVER;
});

/** A text, or the parts of one. */
const text = z.union([
  z.string(),
  z
    .array(z.union([z.string(), z.object({ text: z.string().optional() })]))
    .transform((parts) =>
      parts.map((part) => (typeof part === 'string' ? part : (part.text ?? ''))).join(''),
    ),
]);

const name = z.union([z.string(), z.number()]).transform(String);

/** What a line may leave out is decided by the lines before it. */
export const messageLine = z.preprocess(
  withOurNames,
  z.object({
    id: name.pipe(z.string().min(1)).optional(),
    session: name.pipe(z.string().min(1)).optional(),
    time: time.optional(),
    role: role.optional(),
    name: z.string().optional(),
    text,
  }),
);

export type MessageLine = z.output<typeof messageLine>;

/** A line as it is, but for the names of its fields; `null` counts as left out. */
function withOurNames(line: unknown): unknown {
  if (typeof line !== 'object' || line === null) return line;
  const fields = line as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(fieldNames).flatMap(([ours, names]) => {
      const found = names.find((one) => fields[one] !== undefined && fields[one] !== null);
      return found ? [[ours, fields[found]]] : [];
    }),
  );
}
