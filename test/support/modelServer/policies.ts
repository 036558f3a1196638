/** Policies for the model server: each a pure function of the request. They prove mechanism, never answer quality. */
import { searchHits } from '../../../src/models/functionResults';
import {
  asksForSummary,
  type ChatRequest,
  type ChatRequestMessage,
  type Policy,
  type PolicyCall,
} from './chatProtocol';

/** Always the same text, no calls. */
export function answer(text: string): Policy {
  return () => ({ text });
}

/**
 * Does what markers in the last user message say, one step a request:
 * `[[call read_file {"path":"src/a.ts"}]] [[call grep {"pattern":"x"}]] [[then]] [[say Both read.]]`.
 * Several calls in a step are parallel calls; `[[think …]]` is what is thought before. After the last step: `Done.`
 */
export const script: Policy = (request) => {
  const { question, since } = lastQuestion(request);
  const stepsTaken = since.filter((message) => message.role === 'assistant').length;
  const step = question.split('[[then]]')[stepsTaken];
  if (step === undefined) return { text: 'Done.' };
  const calls = [...step.matchAll(/\[\[call (\w+) ([\s\S]*?)\]\](?!\])/g)].map(([, name, text]) => ({
    name: name ?? '',
    arguments: JSON.parse(text ?? '{}') as unknown,
  }));
  const said = [...step.matchAll(/\[\[say ([\s\S]*?)\]\]/g)].map(([, text]) => text).join('\n');
  const thought = [...step.matchAll(/\[\[think ([\s\S]*?)\]\]/g)].map(([, text]) => text).join('\n');
  return { text: said || (calls.length === 0 ? 'Done.' : ''), calls, ...(thought && { reasoning: thought }) };
};

/** @returns the marker by which `script` makes a call */
export function call(name: string, args: unknown): string {
  return `[[call ${name} ${JSON.stringify(args)}]]`;
}

/** Searches the workspace for the question, reads the three best hits in parallel, answers with links and quotes. */
export const researcher: Policy = (request) => {
  const { question, since } = lastQuestion(request);
  const results = since.filter((message) => message.role === 'tool').map((message) => message.content ?? '');
  const called = callsOf(since);
  if (called.length === 0)
    return { calls: [{ name: 'search_workspace', arguments: { query: question.slice(0, 300) } }] };
  const hits = searchHits(results[0] ?? '').slice(0, 3);
  if (hits.length > 0 && !called.some(({ name }) => name === 'read_file')) {
    return { calls: hits.map((hit) => ({ name: 'read_file', arguments: { ...hit } })) };
  }
  if (hits.length === 0) return { text: 'The search found nothing.' };
  const links = hits.map(
    ({ path, startLine, endLine }) => `[${path}:${startLine}-${endLine}](${path}#L${startLine}-L${endLine})`,
  );
  const quotes = results
    .slice(1)
    .map((result) => `> ${(result.split('\n').find((line) => /^\s*\d+\W/.test(line)) ?? '').trim()}`);
  return { text: ['I looked at:', ...links.map((link, i) => `- ${link}\n${quotes[i] ?? ''}`)].join('\n') };
};

/** Reads the files that the user's message names (`src/a.ts`, `src/a.ts:10-20`), all in one step, then says what it read. */
export const reader: Policy = (request) => {
  const { question, since } = lastQuestion(request);
  const named = [...question.matchAll(/(?<![\w/])((?:[\w@.-]+\/)*[\w@-]+(?:\.[\w-]+)+)(?::(\d+)-(\d+))?/g)];
  const calls: PolicyCall[] = named.map(([, path, start, end]) => ({
    name: 'read_file',
    arguments: { path, ...(start && { startLine: Number(start) }), ...(end && { endLine: Number(end) }) },
  }));
  if (calls.length > 0 && callsOf(since).length === 0) return { calls };
  const lines = since
    .filter((message) => message.role === 'tool')
    .map((message) => (message.content ?? '').split('\n').length);
  return { text: `I read ${lines.length} files, ${lines.reduce((sum, count) => sum + count, 0)} lines.` };
};

/** Answers requests for a summary with a short one made of their text; others go to `policy`. */
export function summariser(policy: Policy): Policy {
  return (request) => {
    if (!asksForSummary(request)) return policy(request);
    const source = request.tools?.length
      ? request.messages
          .slice(1, -1)
          .map(({ content }) => content ?? '')
          .join('\n')
      : (request.messages.at(-1)?.content ?? '');
    const limit = (request.max_completion_tokens ?? request.max_tokens ?? 256) * 2;
    const lines = source
      .split('\n')
      .filter((line) => line.trim() !== '' && !/^<\/?\w+>$|^\(none\)$/.test(line.trim()))
      .map((line) => line.trim().slice(0, 80));
    return { text: `Summary: ${lines.join(' · ')}`.slice(0, limit) };
  };
}

/** The last thing the person said (interrupts come in the user role as well) and everything after it. */
function lastQuestion(request: ChatRequest): {
  question: string;
  since: readonly ChatRequestMessage[];
} {
  const at = request.messages.findLastIndex(
    ({ role, content }) => role === 'user' && !content?.startsWith('<interrupt'),
  );
  return { question: request.messages[at]?.content ?? '', since: request.messages.slice(at + 1) };
}

function callsOf(messages: readonly ChatRequestMessage[]): { name: string }[] {
  return messages.flatMap((message) =>
    (message.tool_calls ?? []).map((call) => ({ name: call.function.name })),
  );
}
