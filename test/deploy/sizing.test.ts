import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MEASURED, sizingOf, sizingTables } from './sizing.js';

/** The cells of every row of every table of the page, with one space around the bars. */
const ROWS = readFileSync('deploy/SIZING.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim())
      .join(' | '),
  );

describe('the page of sizes', () => {
  const { needs, walls } = sizingTables();

  it.each([...needs, ...walls])('says what is computed: %s', (row) => {
    expect(ROWS.filter((each) => each.startsWith(row))).toHaveLength(1);
  });

  it('computes with figures that it names', () => {
    for (const value of Object.values(MEASURED)) {
      const text = String(value).replaceAll(/\B(?=(\d{3})+$)/g, ' ');
      expect(ROWS.some((row) => row.split(' | ').includes(text))).toBe(true);
    }
  });

  it('needs twice as much for twice the rate, where it needs more than the least', () => {
    const [one, two] = [sizingOf(1_000), sizingOf(2_000)];
    expect(two.pods).toBe(2 * one.pods);
    expect(two.streams).toBeGreaterThanOrEqual(2 * one.streams - 1);
    expect(two.primaries).toBeGreaterThanOrEqual(2 * one.primaries - 1);
  });
});
