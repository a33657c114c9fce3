import { floor } from './exact.js';

/** The measures of the options, each in another form than the solver's. */

/** The largest whole number whose square is at most `top / bottom`, found by halving. */
export function root(top: bigint, bottom: bigint): bigint {
  let low = 0n;
  let high = 1n;
  while (high * high * bottom <= top) high *= 2n;
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (middle * middle * bottom <= top) low = middle;
    else high = middle;
  }
  return low;
}

/** `Σ (xᵢ − xⱼ)(yᵢ − yⱼ)` over all pairs: n(n − 1) times the covariance. */
export function pairs(xs: readonly bigint[], ys: readonly bigint[]): bigint {
  let sum = 0n;
  for (const [one, x] of xs.entries()) {
    for (let other = one + 1; other < xs.length; other += 1) {
      sum += (x - (xs[other] ?? 0n)) * ((ys[one] ?? 0n) - (ys[other] ?? 0n));
    }
  }
  return sum;
}

/** The volatility per year of a mean of `parts` series, given their sum, rounded down. */
export function volatility(returns: readonly bigint[], perYear: number, parts: number): bigint {
  const periods = BigInt(returns.length);
  const scale = periods * (periods - 1n) * BigInt(parts * parts);
  return root(BigInt(perYear) * pairs(returns, returns), scale);
}

/** What a series adds to the volatility of the sum of all per year, towards zero. */
export function contribution(
  returns: readonly bigint[],
  all: readonly bigint[],
  perYear: number,
): bigint {
  const spread = pairs(all, all);
  if (spread === 0n) return 0n;
  const together = pairs(returns, all);
  const periods = BigInt(returns.length);
  const found = root(BigInt(perYear) * together * together, periods * (periods - 1n) * spread);
  return together < 0n ? 0n - found : found;
}

/** The deepest fall below an earlier value, the start included, in bps of it, rounded up. */
export function deepestFall(returns: readonly bigint[], parts: number): bigint {
  const unit = 10_000n * BigInt(parts);
  // Every value over the same denominator unit^n.
  const values = [unit ** BigInt(returns.length)];
  for (const change of returns) values.push(((values.at(-1) ?? 0n) * (unit + change)) / unit);
  let highest = 0n;
  let deepest = 0n;
  for (const value of values) {
    if (value > highest) highest = value;
    const fall = highest === 0n ? 0n : upwards((highest - value) * 10_000n, highest);
    if (fall > deepest) deepest = fall;
  }
  return deepest;
}

/** What a sum of `parts` series lost over the window, rounded up. */
export function loss(returns: readonly bigint[], parts: number): bigint {
  return upwards(0n - returns.reduce((sum, one) => sum + one, 0n), BigInt(parts));
}

/** Rounded up. */
export function upwards(top: bigint, bottom: bigint): bigint {
  return 0n - floor(0n - top, bottom);
}
