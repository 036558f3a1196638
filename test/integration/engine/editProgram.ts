/** Child of editCrash.test.ts: makes one change of a file and is killed right before or right after it is made on disk. */
import { NodeWorkspaceFiles } from '../../../src/tools/workspaceFiles';
import { openRealEngine } from './realEngine';

async function main([store = '', folder = '', url = '', when = '', prompt = '']: string[]) {
  const agent = await openRealEngine({ store, folder, url, session: 'edited' });
  const { prototype } = NodeWorkspaceFiles;
  for (const name of ['write', 'move', 'remove'] as const) {
    const act = prototype[name] as (...args: unknown[]) => Promise<unknown>;
    const killed = async function (this: NodeWorkspaceFiles, ...args: unknown[]) {
      if (when === 'after') await act.apply(this, args);
      process.kill(process.pid, 'SIGKILL');
      return new Promise(() => undefined);
    };
    Object.assign(prototype, { [name]: killed });
  }
  await agent.submit(prompt);
  process.stdout.write('not killed\n');
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stdout.write(`crashed ${String(error)}\n`);
  process.exit(1);
});
