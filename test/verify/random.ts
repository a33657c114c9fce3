/** Chance that repeats itself: the same seed gives the same story for ever. */
export interface Random {
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number;
  /** A whole number from `least` to `most` of any size, both included. */
  amount(least: bigint, most: bigint): bigint;
  /** True once in `times`. */
  once(times: number): boolean;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
}

const MASK = (1n << 64n) - 1n;

/** Splitmix64. */
export function randomOf(seed: number): Random {
  let state = BigInt(seed) * 0x9e3779b97f4a7c15n;
  const next = (): bigint => {
    state = (state + 0x9e3779b97f4a7c15n) & MASK;
    let mixed = state;
    mixed = ((mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
    mixed = ((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn) & MASK;
    return mixed ^ (mixed >> 31n);
  };
  const amount = (least: bigint, most: bigint): bigint => {
    const span = most - least + 1n;
    let wide = next();
    for (let bits = 64n; 1n << bits < span << 64n; bits += 64n) wide = (wide << 64n) | next();
    return least + (wide % span);
  };
  const between = (least: number, most: number): number =>
    Number(amount(BigInt(least), BigInt(most)));
  return {
    between,
    amount,
    once: (times) => between(1, times) === 1,
    pick: (items) => items[between(0, items.length - 1)] ?? items[0],
  };
}
