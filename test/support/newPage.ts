import type { Moment, NewPage } from '../../src/engine/PageTable';
import type { FilePage } from '../../src/engine/pages';
import { fileLabel } from '../../src/engine/queueEntries';

export const start: Moment = { epoch: 1, turn: 1, step: 1 };

/** A file range as a fault brings it in. */
export function newPage(file: FilePage, seq: number): NewPage {
  const { address } = file;
  return { file, address, seq, kind: 'file', tokens: 10, label: fileLabel(file), origin: 'fault' };
}
