/**
 * A policy for tests of sub-agents: does what the markers of the last task or question say, one step a request.
 * `spawn:a+b` in a step spawns the named tasks; `read:N` reads ten lines from line N on; `pin:TEXT` pins; `say:TEXT` says.
 * Steps are separated by ` | `, a task's own steps are looked up in `plans`. It proves mechanism, never answer quality.
 */
import type { ChatRequest, Policy, PolicyReply } from '../../support/modelServer/chatProtocol';

type Plans = Readonly<Record<string, string>>;

/** The name of the plan a request is about: the last task or question. */
export function planOf({ messages }: ChatRequest): string {
  const asked = messages.findLast(
    ({ role, content }) => role === 'user' && !content?.startsWith('<interrupt'),
  );
  const text = asked?.content ?? '';
  return (/\nTask: (\S+)/.exec(text)?.[1] ?? text.split(' ', 1)[0]) || '';
}

export function spawnPolicy(plans: Plans): Policy {
  return (request) => {
    const plan = planOf(request);
    const from = request.messages.findLastIndex(
      ({ role, content }) => role === 'user' && (content ?? '').includes(plan),
    );
    const taken = request.messages.slice(from).filter(({ role }) => role === 'assistant').length;
    const step = plans[plan]?.split(' | ')[taken];
    return step === undefined ? { text: `done: ${plan}` } : replyOf(step);
  };
}

function replyOf(step: string): PolicyReply {
  const [kind, rest = ''] = step.split(/:(.*)/s);
  if (kind === 'say') return { text: rest };
  if (kind === 'pin') return { calls: [{ name: 'pin_note', arguments: { text: rest } }] };
  if (kind === 'read') {
    const startLine = Number(rest);
    const range = { path: 'src/client.ts', startLine, endLine: startLine + 9 };
    return { calls: [{ name: 'read_file', arguments: range }] };
  }
  return {
    calls: rest.split('+').map((named) => {
      const [task, context = 'fresh'] = named.split('/');
      return { name: 'spawn', arguments: { task, context } };
    }),
  };
}
