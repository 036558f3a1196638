/**
 * Latent semantic indexing of the workspace by itself: pages and questions become vectors in which words that occur in the
 * same pages are near each other. Nothing is shipped or downloaded. Truncated SVD by randomised subspace iteration
 * (Halko, Martinsson, Tropp 2011, algorithm 4.4), of log-tf × idf rows of unit length.
 */
import { symmetricEigen } from './symmetricEigen';

const oversampling = 12;
const iterations = 2;
/** Terms in fewer pages say nothing about other pages; the most frequent of the rest are kept. */
const minDocuments = 2;
const maxTerms = 20_000;
const tolerance = 1e-10;

export interface LsiModel {
  readonly dimensions: number;
  /** Pages it was fitted on. */
  readonly documents: number;
  readonly terms: readonly string[];
  /** Inverse document frequency of each term. */
  readonly idf: Float32Array;
  /** Row-major, one row of `dimensions` for each term. */
  readonly basis: Float32Array;
}

interface SparseRow {
  readonly columns: Int32Array;
  readonly values: Float32Array;
}

/**
 * @param documents terms of each page, separated by spaces
 * @param dimensions wanted; fewer when the corpus has less rank
 * @returns undefined for a corpus too small to say anything
 */
export function fitLsi(documents: readonly string[], dimensions: number): LsiModel | undefined {
  const vocabulary = selectTerms(documents);
  const terms = [...vocabulary.keys()];
  if (documents.length < 8 || terms.length < 16) return undefined;
  const idf = new Float32Array(terms.length);
  terms.forEach((term, i) => {
    idf[i] = inverseFrequency(documents.length, vocabulary.get(term) ?? 1);
  });
  const index = new Map(terms.map((term, i) => [term, i]));
  const rows = documents.map((document) => weigh(document.split(' '), index, idf));
  const basis = rightSingularVectors(
    rows,
    terms.length,
    Math.min(dimensions, documents.length, terms.length),
  );
  return { dimensions: basis.rank, documents: documents.length, terms, idf, basis: basis.vectors };
}

/** Document frequencies of the terms that take part. */
function selectTerms(documents: readonly string[]): Map<string, number> {
  const frequency = new Map<string, number>();
  for (const document of documents) {
    for (const term of new Set(document.split(' '))) frequency.set(term, (frequency.get(term) ?? 0) + 1);
  }
  const telling = [...frequency].filter(
    ([term, count]) => term !== '' && count >= minDocuments && count <= documents.length / 2,
  );
  telling.sort((a, b) => b[1] - a[1]);
  return new Map(telling.slice(0, maxTerms));
}

function inverseFrequency(documents: number, frequency: number): number {
  return Math.log(1 + documents / frequency);
}

/** Log-tf × idf of known terms, scaled to unit length. */
function weigh(tokens: readonly string[], index: ReadonlyMap<string, number>, idf: Float32Array): SparseRow {
  const counts = new Map<number, number>();
  for (const token of tokens) {
    const column = index.get(token);
    if (column !== undefined) counts.set(column, (counts.get(column) ?? 0) + 1);
  }
  const columns = Int32Array.from(counts.keys());
  const values = new Float32Array(columns.length);
  let norm = 0;
  columns.forEach((column, i) => {
    const value = (1 + Math.log(counts.get(column) ?? 1)) * (idf[column] ?? 0);
    values[i] = value;
    norm += value * value;
  });
  if (norm > 0) for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) / Math.sqrt(norm);
  return { columns, values };
}

/**
 * The leading right singular vectors of a sparse matrix.
 * @param rows the matrix, row by row
 * @param width number of columns
 * @returns row-major `width × rank`
 */
export function rightSingularVectors(
  rows: readonly SparseRow[],
  width: number,
  wanted: number,
): { readonly vectors: Float32Array; readonly rank: number } {
  const size = Math.min(wanted + oversampling, rows.length, width);
  let y = gaussian(width * size);
  let columns = size;
  for (let i = 0; i <= iterations; i++) {
    y = timesTransposed(rows, times(rows, y, columns), columns, width);
    const q = orthonormal(y, width, columns);
    y = q.vectors;
    columns = q.rank;
  }
  const projected = times(rows, y, columns);
  const { vectors, values } = symmetricEigen(gram(projected, rows.length, columns), columns);
  const strongest = Math.max(...values, 0);
  const rank = Math.min(wanted, values.filter((value) => value > strongest * tolerance).length);
  return { vectors: multiply(y, width, columns, vectors, rank), rank };
}

/** Deterministic noise (mulberry32, Box-Muller): the same corpus gives the same vectors. */
function gaussian(length: number): Float32Array {
  let state = 0x9e3779b9;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const out = new Float32Array(length);
  for (let i = 0; i < length; i++)
    out[i] = Math.sqrt(-2 * Math.log(uniform() + 1e-12)) * Math.cos(2 * Math.PI * uniform());
  return out;
}

function times(rows: readonly SparseRow[], x: Float32Array, columns: number): Float32Array {
  const out = new Float32Array(rows.length * columns);
  rows.forEach((row, r) => {
    const target = r * columns;
    for (let i = 0; i < row.columns.length; i++) {
      const value = row.values[i] as number;
      const from = (row.columns[i] as number) * columns;
      for (let c = 0; c < columns; c++)
        out[target + c] = (out[target + c] as number) + value * (x[from + c] as number);
    }
  });
  return out;
}

function timesTransposed(
  rows: readonly SparseRow[],
  x: Float32Array,
  columns: number,
  width: number,
): Float32Array {
  const out = new Float32Array(width * columns);
  rows.forEach((row, r) => {
    const from = r * columns;
    for (let i = 0; i < row.columns.length; i++) {
      const value = row.values[i] as number;
      const target = (row.columns[i] as number) * columns;
      for (let c = 0; c < columns; c++)
        out[target + c] = (out[target + c] as number) + value * (x[from + c] as number);
    }
  });
  return out;
}

/** `xᵀx` of a row-major matrix, in double precision. */
function gram(x: Float32Array, height: number, columns: number): Float64Array {
  const out = new Float64Array(columns * columns);
  for (let r = 0; r < height; r++) {
    const row = r * columns;
    for (let i = 0; i < columns; i++) {
      const value = x[row + i] as number;
      if (value === 0) continue;
      const target = i * columns;
      for (let j = i; j < columns; j++)
        out[target + j] = (out[target + j] as number) + value * (x[row + j] as number);
    }
  }
  for (let i = 0; i < columns; i++)
    for (let j = 0; j < i; j++) out[i * columns + j] = out[j * columns + i] as number;
  return out;
}

/** An orthonormal basis of the columns' span, through the eigenvectors of the Gram matrix. */
function orthonormal(
  x: Float32Array,
  height: number,
  columns: number,
): { vectors: Float32Array; rank: number } {
  const { vectors, values } = symmetricEigen(gram(x, height, columns), columns);
  const strongest = Math.max(...values, 0);
  const rank = Math.max(1, values.filter((value) => value > strongest * tolerance).length);
  const scaled = new Float64Array(columns * columns);
  for (let r = 0; r < columns; r++) {
    for (let c = 0; c < rank; c++)
      scaled[r * columns + c] = (vectors[r * columns + c] as number) / Math.sqrt(values[c] as number);
  }
  return { vectors: multiply(x, height, columns, scaled, rank), rank };
}

/** The first `take` columns of `x · w`. */
function multiply(
  x: Float32Array,
  height: number,
  columns: number,
  w: Float64Array,
  take: number,
): Float32Array {
  const out = new Float32Array(height * take);
  const row = new Float64Array(take);
  for (let r = 0; r < height; r++) {
    row.fill(0);
    for (let i = 0; i < columns; i++) {
      const value = x[r * columns + i] as number;
      if (value === 0) continue;
      for (let c = 0; c < take; c++) row[c] = (row[c] as number) + value * (w[i * columns + c] as number);
    }
    out.set(row, r * take);
  }
  return out;
}

/** A fitted model in use: turns pages and questions into vectors. */
export class LsiSpace {
  private readonly index: ReadonlyMap<string, number>;

  constructor(readonly model: LsiModel) {
    this.index = new Map(model.terms.map((term, i) => [term, i]));
  }

  /** @returns a vector of unit length; undefined when no term is known */
  embed(tokens: readonly string[]): Float32Array | undefined {
    const { dimensions, basis, idf } = this.model;
    const row = weigh(tokens, this.index, idf);
    const out = new Float32Array(dimensions);
    for (let i = 0; i < row.columns.length; i++) {
      const value = row.values[i] as number;
      const from = (row.columns[i] as number) * dimensions;
      for (let c = 0; c < dimensions; c++) out[c] = (out[c] as number) + value * (basis[from + c] as number);
    }
    const norm = Math.hypot(...out);
    return norm > 1e-9 ? out.map((value) => value / norm) : undefined;
  }

  /** Inverse document frequency; that of a term in one page for unknown terms. */
  idf(term: string): number {
    const i = this.index.get(term);
    return i === undefined ? inverseFrequency(this.model.documents, 1) : (this.model.idf[i] ?? 0);
  }
}
