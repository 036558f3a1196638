/**
 * Eigen-decomposition of a symmetric matrix by cyclic Jacobi rotations (Golub & Van Loan, 8.5): small (≤ a few hundred)
 * dense matrices, robust when eigenvalues span many magnitudes.
 * @param matrix row-major `n × n`; overwritten
 * @returns eigenvalues from large to small and, as columns of a row-major matrix, their eigenvectors
 */
export function symmetricEigen(matrix: Float64Array, n: number): { values: number[]; vectors: Float64Array } {
  const a = matrix;
  const at = (i: number, j: number) => a[i * n + j] as number;
  // Eigenvectors are kept as rows while rotating: both rotations then walk along memory.
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;

  for (let sweep = 0; sweep < 30; sweep++) {
    let off = 0;
    let diagonal = 0;
    for (let i = 0; i < n; i++) {
      diagonal += at(i, i) ** 2;
      for (let j = i + 1; j < n; j++) off += at(i, j) ** 2;
    }
    if (off <= 1e-22 * diagonal) break;
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) {
        const apq = at(p, q);
        if (Math.abs(apq) < 1e-300) continue;
        const theta = (at(q, q) - at(p, p)) / (2 * apq);
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        rotate(a, v, n, p, q, c, t * c);
      }
    }
  }

  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => at(j, j) - at(i, i));
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => {
    for (let i = 0; i < n; i++) vectors[i * n + to] = v[from * n + i] as number;
  });
  return { values: order.map((i) => at(i, i)), vectors };
}

/** Applies the rotation of rows and columns p and q to `a` (both sides) and to the rows of `v`. */
function rotate(
  a: Float64Array,
  v: Float64Array,
  n: number,
  p: number,
  q: number,
  c: number,
  s: number,
): void {
  for (let i = 0; i < n; i++) {
    const ip = a[p * n + i] as number;
    const iq = a[q * n + i] as number;
    a[p * n + i] = c * ip - s * iq;
    a[q * n + i] = s * ip + c * iq;
    const vp = v[p * n + i] as number;
    const vq = v[q * n + i] as number;
    v[p * n + i] = c * vp - s * vq;
    v[q * n + i] = s * vp + c * vq;
  }
  for (let i = 0; i < n; i++) {
    const ip = a[i * n + p] as number;
    const iq = a[i * n + q] as number;
    a[i * n + p] = c * ip - s * iq;
    a[i * n + q] = s * ip + c * iq;
  }
}
