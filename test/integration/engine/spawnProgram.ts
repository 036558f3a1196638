/** Child of processes.test.ts: asks questions that spawn sub-agents until it is killed. Prints `ready`, then each turn. */
import { openRealEngine } from './realEngine';

async function main([store = '', folder = '', url = '', run = '']: string[]) {
  const agent = await openRealEngine({ store, folder, url, session: 'parent' });
  process.stdout.write('ready\n');
  for (let n = 0; ; n++) {
    await agent.submit(`all ${run}.${n}`);
    process.stdout.write(`${n}\n`);
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stdout.write(`crashed ${String(error)}\n`);
  process.exit(1);
});
