import { describe, expect, it } from 'vitest';
import { parseExactJson, pointerFault, priceAt } from './exact-json.js';

function read(text: string, pointer: string): string {
  const document = parseExactJson(text);
  if (!document.ok) return document.error;
  const price = priceAt(document.value, pointer);
  return price.ok ? price.value : price.error;
}

describe('a price in JSON', () => {
  it.each([
    // Each of these is another number as binary floating point.
    ['{"p":0.1000000000000000055511151231257827}', '0.1000000000000000055511151231257827'],
    ['{"p":17208.880000000000000001}', '17208.880000000000000001'],
    ['{"p":9007199254740993}', '9007199254740993'],
    ['{"p":123456789012345678901234567890}', '123456789012345678901234567890'],
    // Written in other ways.
    ['{"p":"17208.8800"}', '17208.88'],
    ['{"p":1.72e4}', '17200'],
    ['{"p":1.72088E+4}', '17208.8'],
    ['{"p":5e-3}', '0.005'],
    ['{"p":12.5e-1}', '1.25'],
    ['{"p":0.00e5, "q":1, "p":3}', '3'],
    ['{ "p" : 1e18 }', '1000000000000000000'],
  ])('%s is %s', (text, price) => expect(read(text, '/p')).toBe(price));

  it.each([
    ['{"a":{"b":[1,{"c":2}]}}', '/a/b/1/c', '2'],
    ['[[7]]', '/0/0', '7'],
    ['{"a/b":{"m~n":8}}', '/a~1b/m~0n', '8'],
    ['{"":9}', '/', '9'],
    ['5', '', '5'],
    // Numbers inside of strings and keys stay what they are.
    ['{"1.50":"x 2.50 \\" 3.5","p":4}', '/p', '4'],
    ['{"1.50":6}', '/1.50', '6'],
  ])('%s at %j is %s', (text, pointer, price) => expect(read(text, pointer)).toBe(price));

  it.each([
    ['{"p":0}', '/p', 'must be above 0'],
    ['{"p":-1}', '/p', 'must be above 0'],
    ['{"p":1e-999}', '/p', 'must be a number'],
    ['{"p":1e99}', '/p', 'must be a number'],
    ['{"p":1e9999}', '/p', 'must be a number'],
    ['{"p":"1,000"}', '/p', 'must be a number'],
    ['{"p":"NaN"}', '/p', 'must be a number'],
    ['{"p":""}', '/p', 'must be a number'],
    ['{"p":null}', '/p', 'is no number'],
    ['{"p":{}}', '/p', 'is no number'],
    ['{"p":true}', '/p', 'is no number'],
    ['{"p":1}', '/q', 'nothing is at "/q"'],
    ['{"p":1}', '/p/length', 'nothing is at'],
    ['[1]', '/01', 'nothing is at'],
    ['[1]', '/-', 'nothing is at'],
    ['[1]', '/length', 'nothing is at'],
    ['{}', '/constructor/name', 'nothing is at'],
    ['{}', '/__proto__', 'nothing is at'],
    ['{"p":1}', 'p', 'must be a JSON pointer'],
    ['{"p":01}', '/p', 'is not JSON'],
    ['{"p":NaN}', '/p', 'is not JSON'],
    ['{p:1}', '/p', 'is not JSON'],
    ['<html>', '/p', 'is not JSON'],
    ['', '/p', 'is not JSON'],
  ])('%s at %j is refused: %s', (text, pointer, why) => expect(read(text, pointer)).toContain(why));
});

describe('a pointer', () => {
  it.each(['', '/', '/a', '/a~0~1/0'])('%j can be used', (pointer) =>
    expect(pointerFault(pointer)).toBe(undefined),
  );
  it.each(['a', 'a/b', '#/a', '/a~', '/a~2'])('%j is refused', (pointer) =>
    expect(pointerFault(pointer)).toContain('must be a JSON pointer'),
  );
});
