/**
 * Child of fileSessionLog.test.ts. `append DIR SESSION`: appends for ever, in overlapping calls, and prints the highest
 * acknowledged seq. `fork DIR SESSION`: forks the session for ever, each fork one event longer, and prints the id of each that
 * is durable. `fill DIR SESSION BYTES`: appends events of that size until one fails, then a short one.
 */
import { describeError } from '../../../src/engine/errors';
import { FileSessionLog } from '../../../src/journal/fileSessionLog';

async function main([mode, dir = '', session = '', bytes = '0']: string[]) {
  if (mode === 'fork') {
    for (let n = 1; ; n++) {
      const origin = { from: session, through: n, kind: 'session' } as const;
      const fork = await FileSessionLog.fork(dir, `fork-${n}`, origin, 1);
      process.stdout.write(`${n}\n`);
      await fork.append([userMessage(`own ${n}`)]);
      await fork.close();
    }
  }
  const log = await FileSessionLog.open(dir, session);
  if (mode === 'append') {
    for (let n = 0; ; n += 3) {
      const texts = [n, n + 1, n + 2].map((k) => `text ${k} ${'x'.repeat((k * 37) % 5000)}`);
      const acknowledged = await Promise.all(
        texts.map(async (text) => (await log.append([userMessage(text)])).at(-1)?.seq ?? 0),
      );
      process.stdout.write(`${Math.max(...acknowledged)}\n`);
    }
  }
  for (;;) {
    try {
      const [event] = await log.append([userMessage('y'.repeat(Number(bytes)))]);
      process.stdout.write(`ok ${event?.seq}\n`);
    } catch (error) {
      process.stdout.write(`failed ${describeError(error)}\n`);
      const [event] = await log.append([userMessage('short')]);
      process.stdout.write(`short ${event?.seq}\n`);
      return;
    }
  }
}

function userMessage(text: string) {
  return { type: 'message.user', turn: 1, text, tokens: 1, at: 1 } as const;
}

main(process.argv.slice(2)).catch((error) => {
  process.stdout.write(`crashed ${error}\n`);
  process.exit(1);
});
