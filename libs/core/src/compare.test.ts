import { describe, expect, it } from 'vitest';
import { compare, sorted } from './compare.js';

describe('compare', () => {
  it('orders strings by code unit, capitals before small letters', () => {
    expect(sorted(['b', 'a', 'B', 'é', 'Z'], compare)).toEqual(['B', 'Z', 'a', 'b', 'é']);
  });

  it('orders integers beyond the safe range exactly', () => {
    expect(compare(9_007_199_254_740_993n, 9_007_199_254_740_992n)).toBe(1);
  });
});

describe('sorted', () => {
  it('leaves its input as it was', () => {
    const input = [2, 1];
    expect(sorted(input, compare)).toEqual([1, 2]);
    expect(input).toEqual([2, 1]);
  });
});
