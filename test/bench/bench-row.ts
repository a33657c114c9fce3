/** One line of the table: what was measured against a floor of the same run. */
export interface BenchRow {
  readonly name: string;
  readonly measured: string;
  readonly floor: string;
  /** How the measured thing compares with the floor; the machine's speed cancels out. */
  readonly ratio: number;
  /** What the ratio should reach, and on which side of it is good. */
  readonly goal: string;
  readonly reached: boolean;
}

/** The least of some rounds: the noise of a machine only ever adds. */
export function best(rounds: number, measure: () => number): number {
  return Math.min(...Array.from({ length: rounds }, measure));
}

/** Rounds a number for people. */
export function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** A row whose ratio should be at least the goal. */
export function atLeast(goal: number, row: Omit<BenchRow, 'goal' | 'reached'>): BenchRow {
  return { ...row, ratio: rounded(row.ratio), goal: `≥ ${goal}`, reached: row.ratio >= goal };
}

/** A row whose ratio should be at most the goal. */
export function atMost(goal: number, row: Omit<BenchRow, 'goal' | 'reached'>): BenchRow {
  return { ...row, ratio: rounded(row.ratio), goal: `≤ ${goal}`, reached: row.ratio <= goal };
}
