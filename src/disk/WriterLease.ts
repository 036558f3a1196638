import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type * as Lance from '@lancedb/lancedb';
import { HeldElsewhereError } from '../engine/errors';
import { quote } from './sql';

const tableName = 'lease';
/** A writer that has not been heard of for so long, ms, is taken for dead. */
const lifetime = 120_000;

interface LeaseRow {
  readonly holder: string;
  readonly until: number;
}

/**
 * The right to write a shared index: one row in a table beside it. Taking it over is an update of the row as it was read; of
 * two at once LanceDB lets one win, where the object store knows conditional writes (S3, GCS and Azure do).
 */
export class WriterLease {
  private readonly timer: NodeJS.Timeout;

  private constructor(
    private readonly table: Lance.Table,
    private readonly holder: string,
  ) {
    // What is not renewed in time is noticed by `check`.
    this.timer = setInterval(() => void this.renew().catch(() => undefined), lifetime / 4).unref();
  }

  /** @throws HeldElsewhereError when another writer holds it */
  static async acquire(connection: Lance.Connection): Promise<WriterLease> {
    const holder = `${hostname()}:${process.pid}:${randomUUID()}`;
    const free: LeaseRow = { holder: '', until: 0 };
    // Of two that make it at once the second opens it.
    const table = await connection
      .openTable(tableName)
      .catch(() => connection.createTable(tableName, [{ ...free }]))
      .catch(() => connection.openTable(tableName));
    const held = await readRow(table);
    if (held.holder !== '' && held.until > Date.now()) throw heldBy(held);
    try {
      await table.update({
        where: `holder = ${quote(held.holder)} AND until = ${held.until}`,
        values: { holder, until: Date.now() + lifetime },
      });
    } catch {
      throw heldBy(await readRow(table));
    }
    const now = await readRow(table);
    if (now.holder !== holder) throw heldBy(now);
    return new WriterLease(table, holder);
  }

  /** @throws HeldElsewhereError when it was lost: nothing more may be written */
  async check(): Promise<void> {
    await this.table.checkoutLatest();
    const row = await readRow(this.table);
    if (row.holder !== this.holder || row.until < Date.now()) throw heldBy(row);
  }

  async release(): Promise<void> {
    clearInterval(this.timer);
    await this.table.update({ where: this.own, values: { holder: '', until: 0 } });
    await this.table.optimize({ cleanupOlderThan: new Date(Date.now() - lifetime) });
  }

  private async renew(): Promise<void> {
    await this.table.update({ where: this.own, values: { until: Date.now() + lifetime } });
  }

  private get own(): string {
    return `holder = ${quote(this.holder)}`;
  }
}

async function readRow(table: Lance.Table): Promise<LeaseRow> {
  const [row] = await table.query().select(['holder', 'until']).limit(1).toArray();
  return { holder: String(row?.holder ?? ''), until: Number(row?.until ?? 0) };
}

function heldBy({ holder, until }: LeaseRow): HeldElsewhereError {
  return new HeldElsewhereError(
    `The shared index is being written by ${holder.split(':', 2).join(', process ') || 'another writer'}.`,
    `Wait until it has finished; one that has died is forgotten at ${new Date(until).toLocaleTimeString()}.`,
  );
}
