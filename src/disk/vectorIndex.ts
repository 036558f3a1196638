/** The approximate index of a column of vectors: IVF-PQ, by cosine. */
import type { Table, VectorQuery } from '@lancedb/lancedb';
import type { LanceModule } from './loadLance';

/** Rows of a partition, partitions looked into, and how many more candidates are compared exactly. */
const rowsPerPartition = 1000;
const probes = 20;
const refinement = 4;

/** Trains the index on all rows, anew if it is there. @param rows of the table @param dimensions of its vectors */
export async function createVectorIndex(
  lance: LanceModule,
  table: Table,
  column: string,
  rows: number,
  dimensions: number,
): Promise<void> {
  const config = lance.Index.ivfPq({
    distanceType: 'cosine',
    numPartitions: Math.max(1, Math.round(rows / rowsPerPartition)),
    numSubVectors: subVectors(dimensions),
  });
  await table.createIndex(column, { config, replace: true });
}

/** Rows by their distance from a vector, by way of the index if there is one. */
export function nearest(table: Table, vector: Float32Array): VectorQuery {
  return table.query().nearestTo(vector).distanceType('cosine').nprobes(probes).refineFactor(refinement);
}

/** The largest number of parts of at least eight dimensions that divides a vector evenly. */
function subVectors(dimensions: number): number {
  for (let parts = Math.max(1, Math.floor(dimensions / 8)); parts > 1; parts--)
    if (dimensions % parts === 0) return parts;
  return 1;
}
