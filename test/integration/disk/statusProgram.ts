/** Child of diskProcess.test.ts: prints the id of the disk process it got, and leaves. */
import { DiskClient } from '../../../src/disk/client';

async function main([store = '', diskScript = '']: string[]) {
  const client = new DiskClient({ store, diskScript });
  const { pid } = await client.status();
  process.stdout.write(`${pid}\n`);
  client.dispose();
}

void main(process.argv.slice(2));
