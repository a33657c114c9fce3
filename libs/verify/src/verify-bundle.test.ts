import { describe, expect, it } from 'vitest';
import { verifyBundle } from './verify-bundle.js';

function differenceOf(text: string) {
  const verdict = verifyBundle(text);
  return verdict.verified ? undefined : verdict.difference;
}

describe('what is no bundle', () => {
  it('is no JSON', () => {
    expect(differenceOf('{')).toMatchObject({ expected: 'JSON' });
  });

  it('is not canonical: white space, another order, a member stated twice', () => {
    expect(differenceOf('{ "version":1}')?.path).toBe('character 1');
    expect(differenceOf('{"b":1,"a":2}')?.path).toBe('character 2');
    expect(differenceOf('{"a":1,"a":2}')?.path).toBe('character 5');
  });

  it('has members that a bundle has not, or lacks one', () => {
    expect(differenceOf('{"hello":1}\n')).toEqual({
      path: 'hello',
      found: '1',
      expected: 'absent',
    });
    expect(differenceOf('{"version":1}')).toEqual({
      path: 'snapshot',
      found: 'absent',
      expected: 'a value',
    });
    expect(differenceOf('[]')?.expected).toBe('an object');
  });
});
