// Finds processes of a running VS Code by what /proc tells (the end-to-end tests run on Linux).

import { readdirSync, readFileSync } from 'node:fs';

interface Process {
  pid: number;
  parent: number;
  commandLine: string;
}

/** Every process whose command line holds all of these words. */
export function findProcesses(...words: string[]): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)))
    .filter(({ commandLine }) => words.every((word) => commandLine.includes(word)));
}

/** No process when it ended meanwhile. */
function readProcess(pid: number): Process[] {
  try {
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    // "pid (name) state parent …", and the name may hold anything
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '');
    return [{ pid, parent: Number(status.split(' ')[1]), commandLine }];
  } catch {
    return [];
  }
}

export function isDescendant(process: Process, ancestor: number): boolean {
  for (let parent = process.parent; parent > 1; ) {
    if (parent === ancestor) return true;
    parent = readProcess(parent)[0]?.parent ?? 0;
  }
  return false;
}

export function killAll(processes: Process[]): void {
  for (const { pid } of processes) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // ended meanwhile
    }
  }
}
