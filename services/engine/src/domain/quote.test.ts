import { formatDecimal, parseDecimal, type Decimal } from '@trimtab/decimal';
import { describe, expect, it } from 'vitest';
import { quoteAround } from './quote.js';

function decimal(text: string): Decimal {
  const parsed = parseDecimal(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

function quote(value: string, spreadBps: number): readonly string[] | undefined {
  const found = quoteAround(decimal(value), spreadBps);
  return found && [formatDecimal(found.bid), formatDecimal(found.ask)];
}

describe('quoteAround', () => {
  it('takes half of the spread on each side', () => {
    // 10 000 · (1 ∓ 3 bps)
    expect(quote('10000', 6)).toEqual(['9997', '10003']);
  });

  it('rounds the bid down and the ask up to 6 digits', () => {
    // 1 · (1 ∓ 0.5 bps) is 0.99995 and 1.00005; 0.000003 of it is below the last digit
    expect(quote('1.000003', 1)).toEqual(['0.999952', '1.000054']);
  });

  it('leaves a value with 6 digits alone when there is no spread', () => {
    expect(quote('1234.567891', 0)).toEqual(['1234.567891', '1234.567891']);
  });

  it('encloses a value with more digits than a quote has', () => {
    expect(quote('1.0000001', 0)).toEqual(['1', '1.000001']);
  });

  it('is absent for a value whose bid is below the last digit', () => {
    expect(quote('0.000001', 1)).toBeUndefined();
    expect(quote('0', 6)).toBeUndefined();
    expect(quote('0.000002', 1)).toEqual(['0.000001', '0.000003']);
  });
});
