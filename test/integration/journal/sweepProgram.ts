/** Sweeps a store again and again, as windows on many days would, until it is killed. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { sweepBlobs } from '../../../src/journal/sweepBlobs';

async function main([blobs = '', sessions = '']: readonly string[]): Promise<void> {
  process.stdout.write('ready\n');
  for (;;) {
    rmSync(join(blobs, 'sweep', 'last.json'), { force: true });
    await sweepBlobs({ blobs, sessions, maxCheckpointBytes: 0, now: Date.now() });
  }
}

void main(process.argv.slice(2));
