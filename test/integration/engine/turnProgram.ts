/**
 * Child of crash.test.ts: opens the session and asks question after question until it is killed, with a timer that goes
 * off in every turn. Prints one JSON line for each durable event, and `ready` once the session is open.
 */
import { openRealEngine } from './realEngine';

async function main([store = '', folder = '', url = '', run = '']: string[]) {
  const agent = await openRealEngine({ store, folder, url, session: 'crashing' });
  agent.onEvent((event) => {
    process.stdout.write(`${JSON.stringify(event)}\n`);
    if (event.type === 'message.user')
      void agent.post({ kind: 'timer', text: `Timer of turn ${event.turn}` });
  });
  process.stdout.write('ready\n');
  for (let n = 0; ; n++) {
    const start = 1 + ((Number(run) * 7 + n) % 20) * 50;
    const read = `[[call read_file {"path":"src/client.ts","startLine":${start},"endLine":${start + 49}}]]`;
    const list = `[[call list_directory {"path":"src"}]]`;
    await agent.submit(
      `Question ${run}.${n} ${read}${list} [[then]] [[call pin_note {"text":"Note ${run}.${n}"}]]`,
    );
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stdout.write(`crashed ${String(error)}\n`);
  process.exit(1);
});
