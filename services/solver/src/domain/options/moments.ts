/**
 * Sample moments without a division. For two series of n returns,
 * `coSpread = n·Σxy − Σx·Σy = n(n−1)·cov(x, y)`, and of a series with itself n(n−1) times its sample
 * variance (NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.5.6, multiplied out). All integers.
 */
export function coSpread(left: readonly bigint[], right: readonly bigint[]): bigint {
  let sumLeft = 0n;
  let sumRight = 0n;
  let products = 0n;
  left.forEach((value, index) => {
    const other = right[index] ?? 0n;
    sumLeft += value;
    sumRight += other;
    products += value * other;
  });
  return BigInt(left.length) * products - sumLeft * sumRight;
}

/** The sums of several series of the same length, period by period. */
export function sumOfSeries(
  series: readonly (readonly number[])[],
  length: number,
): readonly bigint[] {
  return Array.from({ length }, (_, period) =>
    series.reduce((sum, one) => sum + BigInt(one[period] ?? 0), 0n),
  );
}
