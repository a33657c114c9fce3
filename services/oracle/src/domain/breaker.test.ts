import { instant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import type { AssetTerms } from './asset.js';
import { bandBps, judgeJump, type BreakerDecision, type Held } from './breaker.js';

const terms: AssetTerms = {
  assetId: 'A',
  decimals: 0,
  lot: 1n,
  minimumOrder: 0n,
  maxAgeSeconds: 60,
  heartbeatSeconds: 60,
  deviationBps: 10,
  quorumCount: 2,
  outlierBps: 200,
  breakerBps: 1000,
  publishers: [],
};
const whole = (digits: bigint): { digits: bigint; scale: number } => ({ digits, scale: 0 });
const last = { price: whole(1000n), publishTime: instant(0) };

function judge(price: bigint, seconds: number, held?: Held): BreakerDecision {
  const now = instant(seconds * 1000);
  const candidate = { price: whole(price), oldestObserveTime: now };
  return judgeJump(terms, last, held, { candidate, now });
}

describe('the breaker', () => {
  it('widens its band by breakerBps with each heartbeat of age', () => {
    expect(bandBps(terms, instant(0), instant(59_999))).toBe(1000n);
    expect(bandBps(terms, instant(0), instant(60_000))).toBe(2000n);
    expect(bandBps(terms, instant(0), instant(600_000))).toBe(11_000n);
  });

  it('passes a price exactly at the edge of the band, up and down, and holds one beyond', () => {
    expect(judge(1100n, 0).kind).toBe('PASS');
    expect(judge(900n, 0).kind).toBe('PASS');
    expect(judge(1101n, 0).kind).toBe('HOLD');
    expect(judge(899n, 0).kind).toBe('HOLD');
  });

  it('releases a held price when the band has grown enough', () => {
    const held = { price: whole(1150n), time: instant(1000) };
    expect(judge(1150n, 59, held).kind).toBe('HOLD');
    expect(judge(1150n, 60, held).kind).toBe('PASS');
  });

  it('starts anew when a fresh quorum one heartbeat later agrees within outlierBps', () => {
    const held = { price: whole(5000n), time: instant(1000) };
    // 2 % of 5000 is 100.
    expect(judge(5100n, 61, held)).toEqual({ kind: 'RESEED' });
    expect(judge(5100n, 60, held)).toEqual({ kind: 'HOLD', held });
  });

  it('lets a quorum that disagrees take the place of the held one', () => {
    const held = { price: whole(5000n), time: instant(1000) };
    const first = { price: whole(5101n), time: instant(61_000) };
    expect(judge(5101n, 61, held)).toEqual({ kind: 'HOLD', held: first });
  });

  it('does not count an observation of the held quorum a second time', () => {
    const held = { price: whole(5000n), time: instant(1000) };
    const candidate = { price: whole(5000n), oldestObserveTime: instant(1000) };
    const now = instant(61_000);
    expect(judgeJump(terms, last, held, { candidate, now }).kind).toBe('HOLD');
  });
});
