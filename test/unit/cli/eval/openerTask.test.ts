import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/cli/eval/Random';
import { openerTask } from '../../../../src/cli/eval/tasks/openers';

describe('openerTask', () => {
  const task = openerTask(new Random(7), 6);
  const said = task.sessions.map((session) =>
    session.map(({ user, assistant }) => `${user}\n${assistant}`).join('\n'),
  );

  it('follows from the seed', () => {
    expect(openerTask(new Random(7), 6)).toEqual(task);
    expect(openerTask(new Random(8), 6)).not.toEqual(task);
  });

  it('tells each fact in its session', () => {
    for (const { text, session } of task.facts) expect(said[session]).toContain(text);
  });

  it('counts no task as open that a later session finishes', () => {
    const done = [...said.join('\n').matchAll(/Done: (.+)/g)].map((match) => match[1]);
    expect(done.length).toBeGreaterThan(0);
    for (const text of done) expect(task.facts.map((fact) => fact.text)).not.toContain(text);
  });
});
