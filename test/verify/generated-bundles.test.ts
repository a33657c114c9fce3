import { canonicalJson } from '@trimtab/canonical';
import { campaignCount } from '@trimtab/testkit';
import { verifyBundle } from '@trimtab/verify';
import { describe, expect, it } from 'vitest';
import { bundleOf, type GeneratedBundle } from './generated-bundle.js';

const COUNT = campaignCount(100, 1_000);

describe(`${COUNT} bundles made up by chance, seeds 1 to ${COUNT}`, { timeout: 600_000 }, () => {
  const told: GeneratedBundle[] = [];

  it('agree with a verifier that shares no code with what made them', () => {
    for (let seed = 1; seed <= COUNT; seed += 1) {
      const made = bundleOf(seed);
      told.push(made);
      const verdict = verifyBundle(canonicalJson(made.bundle));
      expect({ seed, ...verdict }).toMatchObject({ seed, verified: true });
      expect(verdict.verified && verdict.bundle.state).toBe(made.state);
    }
  });

  it('tell every kind of story', () => {
    const kinds = new Set(told.map(({ source }) => source));
    expect([...kinds].sort()).toEqual(['ACTIONS', 'PLAN', 'SETTLE']);
    const states = new Set(told.map(({ state }) => state));
    expect([...states].sort()).toEqual(
      expect.arrayContaining([
        'CANCELLED',
        'COMPLETED',
        'COMPLETED_ADJUSTED',
        'EXECUTING',
        'FAULTED',
      ]),
    );
    const texts = told.map(({ bundle }) => canonicalJson(bundle));
    for (const sign of [
      '"SHORT"',
      '"pins":[{',
      '"CORRECTION"',
      '"ROUNDS"',
      '"EXPLICIT"',
      '"mode":"EXACT"',
      '"operation":"DEPOSIT"',
      '"operation":"WITHDRAW"',
      '"operation":"REQUEST_WITHDRAW"',
      '"operation":"FINALIZE_WITHDRAW"',
      '"envelopes":[{"data":"AA==","label":"setup"',
      '"band"',
      '"option":"VOLATILITY"',
      '"option":"COVARIANCE"',
      '"option":"DRAWDOWN"',
      '"option":"IMPACT"',
      '"option":"SLIPPAGE"',
      '"option":"REGIME"',
      '"option":"TURNOVER"',
      '"CALM"',
      '"STRESSED"',
    ]) {
      expect(texts.some((text) => text.includes(sign))).toBe(true);
    }
  });
});
