import { partitionOf } from '@trimtab/canonical';
import { describe, expect, it } from 'vitest';
import {
  subjectKind,
  subjectMatches,
  subjects,
  subjectsOverlap,
  subjectToken,
  vaultKey,
} from './subjects.js';

describe('subjects', () => {
  it('carry the partition of the vault and its id', () => {
    expect(subjects.dispatch('vault-1')).toBe(
      `trimtab.orders.v1.dispatch.${partitionOf('vault-1')}.vault-1`,
    );
    expect(subjects.result('vault-1')).toMatch(/^trimtab\.executions\.v1\.result\.\d+\.vault-1$/);
    expect(subjects.failure('vault-1')).toMatch(/^trimtab\.executions\.v1\.failure\.\d+\.vault-1$/);
    expect(subjects.event('price', 'WBTC')).toBe('trimtab.events.v1.price.WBTC');
    expect(subjects.deadLetter('trimtab.events.v1.price.WBTC')).toBe(
      'trimtab.deadletter.v1.trimtab.events.v1.price.WBTC',
    );
  });

  it.each([
    ['vault-1', 'vault-1'],
    ['a.b', 'YS5i'],
    ['a b', 'YSBi'],
    ['*', 'Kg'],
    ['>', 'Pg'],
  ])('write the id %s as one token %s', (id, token) => {
    expect(subjectToken(id)).toBe(token);
  });

  it('have the vault token as key and no id in their kind', () => {
    expect(vaultKey(subjects.dispatch('a.b'))).toBe('YS5i');
    expect(subjectKind(subjects.dispatch('a.b'))).toBe('trimtab.orders.v1.dispatch');
  });
});

describe('subject patterns', () => {
  it.each([
    ['a.*.c', 'a.b.c', true],
    ['a.*.c', 'a.b.d', false],
    ['a.*', 'a.b.c', false],
    ['a.*.c', 'a.b', false],
    ['a.>', 'a.b.c', true],
    ['a.>', 'a', false],
    ['a.b', 'a.b', true],
  ])('%s takes %s: %s', (pattern, subject, expected) => {
    expect(subjectMatches(pattern, subject)).toBe(expected);
  });

  it.each([
    ['a.*', '*.b', true],
    ['a.b', 'a.c', false],
    ['a.>', 'a.b.c', true],
    ['a.*', 'a.b.c', false],
    ['a.1.*', 'a.2.*', false],
  ])('%s and %s overlap: %s', (left, right, expected) => {
    expect(subjectsOverlap(left, right)).toBe(expected);
    expect(subjectsOverlap(right, left)).toBe(expected);
  });
});
