import { formatInstant } from '@trimtab/core';
import { formatDecimal } from '@trimtab/decimal';
import { describe, expect, it } from 'vitest';
import { parsePriceFile } from './price-file.js';

const read = (...lines: readonly string[]): string | readonly (readonly [string, string])[] => {
  const prices = parsePriceFile(lines.join('\n'), 'BTC');
  if (!prices.ok) return prices.error;
  return prices.value.map(({ time, price }) => [formatInstant(time), formatDecimal(price)]);
};

describe('a file of recorded prices', () => {
  it('of days has closes, which are known at the end of their day', () => {
    expect(read('date,open,high,low,close,volume', '2016-01-01,1,3,1,2.50,9')).toEqual([
      ['2016-01-02T00:00:00.000Z', '2.5'],
    ]);
  });

  it('of times has prices of that moment', () => {
    expect(
      read('time,price', '2016-01-01T00:00:00Z,435.66', '2016-01-01T00:00:00.001Z,435'),
    ).toEqual([
      ['2016-01-01T00:00:00.000Z', '435.66'],
      ['2016-01-01T00:00:00.001Z', '435'],
    ]);
  });

  it('of several assets counts the rows of the base', () => {
    const header = 'minute,asset,last_usd,bid_usd,ask_usd,volume';
    const eth = '2018-04-04T00:00:00Z,ETH,417,416,418,2';
    const btc = '2018-04-04T00:00:00Z,BTC,7424.9,7424,7425,2';
    const silent = '2018-04-04T00:01:00Z,BTC,,7424,7425,0';
    expect(read(header, eth, btc, silent)).toEqual([['2018-04-04T00:00:00.000Z', '7424.9']]);
  });

  it.each([
    [['price', '1'], 'line 1: was "price", must have one of the columns date, time, minute'],
    [['time,open', ''], 'line 1: was "time,open", must have one of the columns close, price'],
    [['date,time,close'], 'line 1: was "date,time,close", must have one of the columns date'],
    [[''], 'line 1: was ""'],
    [['date,close', '2016-01-01'], 'line 2: had 1 cells, must have 2'],
    [
      ['date,close', '2016-01-01,1', '2016-02-30,2'],
      'line 3: the time was "2016-02-30", must be a day such as 2016-01-31',
    ],
    [
      ['time,close', '2016-01-01,1'],
      'line 2: the time was "2016-01-01", must be RFC 3339 UTC such as',
    ],
    [['date,close', '2016-01-01,0'], 'line 2: close was "0", must be a plain decimal above 0'],
    [['date,close', '2016-01-01,-1'], 'line 2: close was "-1"'],
    [['date,close', '2016-01-01,1e3'], 'line 2: close was "1e3"'],
    [['date,close', '2016-01-01,'], 'line 2: close was ""'],
    [
      ['date,close', '2016-01-02,1', '', '2016-01-02,2'],
      'line 4: the time was 2016-01-03T00:00:00.000Z, must be after 2016-01-03T00:00:00.000Z',
    ],
    [['date,close'], 'the file has no price of BTC'],
    [['time,asset,close', '2016-01-01T00:00:00Z,ETH,1'], 'the file has no price of BTC'],
  ])('is refused with the line, what was found and what is allowed: %j', (lines, message) => {
    expect(read(...lines)).toContain(message);
  });
});
