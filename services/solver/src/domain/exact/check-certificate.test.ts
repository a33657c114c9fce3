import { describe, expect, it } from 'vitest';
import { buildPlan } from '../build-plan.js';
import { policyOf, roundsProblem, scoring } from '../solver.fixture.js';
import { certificateHashOf, certify, type Certificate } from './certificate.js';
import { checkCertificate } from './check-certificate.js';

const problem = roundsProblem([scoring('a', 600), scoring('b', 300), scoring('c', 300)], {
  policy: policyOf({ strategyCapBps: 4000, exoticCapBps: 0 }),
});
const built = buildPlan(problem);
if (!built.ok) throw new Error(built.error.message);
const plan = built.value;
const certificate = certify(plan);

/** Which field the check names; undefined when it accepts. */
const named = (changed: Certificate): string | undefined => {
  const checked = checkCertificate(plan, changed);
  return checked.ok ? undefined : checked.error.field;
};

/** As a forger would: the hash fits what was changed. */
const forged = (changes: Partial<Certificate>): Certificate => {
  const changed = { ...certificate, ...changes };
  return { ...changed, certificateHash: certificateHashOf(changed) };
};

const prices = certificate.shadowPrices;
const priced = (index: number, price: bigint): Certificate =>
  forged({ shadowPrices: prices.map((line, at) => (at === index ? { ...line, price } : line)) });

describe('the check of a certificate', () => {
  it('accepts the certificate of the plan', () => {
    expect(named(certificate)).toBeUndefined();
    // a 4000 and b 4000 are full, c has the last 1000: 4000·600 + 5000·300.
    expect(certificate.optimalObjective).toBe(3_900_000);
  });

  it('refuses another plan hash', () => {
    expect(named(forged({ planHash: 'f'.repeat(64) }))).toBe('planHash');
  });

  it.each([-1, 1])('refuses an optimum that is off by %i: the prices do not prove it', (by) => {
    const changed = forged({ optimalObjective: certificate.optimalObjective + by });
    expect(named(changed)).toBe('shadowPrices');
  });

  it.each([-1, 1])('refuses a gap that is off by %i', (by) => {
    expect(named(forged({ gapBps: certificate.gapBps + by }))).toBe('gapBps');
  });

  it.each(prices.map((line, index) => [line.cap, line.name ?? '', index] as const))(
    'refuses a changed price of %s %s',
    (_cap, _name, index) => {
      const price = prices[index]?.price ?? 0n;
      expect(named(priced(index, price + 1n))).toMatch(/^shadowPrices/);
      expect(named(priced(index, price - 1n))).toBe('shadowPrices');
    },
  );

  it('refuses a line that is left out, added, renamed or moved', () => {
    expect(named(forged({ shadowPrices: prices.slice(1) }))).toMatch(/^shadowPrices/);
    const added = [...prices, { cap: 'STRATEGY', name: 'z', price: 0n } as const];
    expect(named(forged({ shadowPrices: added }))).toBe(`shadowPrices[${prices.length}]`);
    const renamed = prices.map((line) => (line.name === 'a' ? { ...line, name: 'c' } : line));
    expect(named(forged({ shadowPrices: renamed }))).toMatch(/^shadowPrices/);
    expect(named(forged({ shadowPrices: [...prices].reverse() }))).toBe('shadowPrices[0]');
  });

  it('refuses prices that prove the optimum as well, but are not the ones the rules choose', () => {
    // The one strategy may have the whole 9000: either its cap or the total can bear the price.
    const policy = policyOf({ strategyCapBps: 9000 });
    const one = buildPlan(roundsProblem([scoring('a', 600)], { policy }));
    if (!one.ok) throw new Error(one.error.message);
    const chosen = certify(one.value);
    expect(chosen.shadowPrices).toEqual([
      { cap: 'POLICY_STRATEGY', name: 'a', price: 600n },
      { cap: 'REMAINING', price: 0n },
    ]);
    const other = {
      ...chosen,
      shadowPrices: chosen.shadowPrices.map((line) => ({ ...line, price: 600n - line.price })),
    };
    const checked = checkCertificate(one.value, other);
    expect(checked.ok ? undefined : checked.error.field).toBe('shadowPrices[0]');
  });

  it('refuses a hash that is not that of the document', () => {
    expect(named({ ...certificate, certificateHash: '0'.repeat(64) })).toBe('certificateHash');
  });
});
