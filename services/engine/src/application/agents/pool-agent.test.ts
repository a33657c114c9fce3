import { domainError, DomainFailure } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import { at, long, plus } from '../../domain/values.fixture.js';
import type { LedgerLine } from '../../domain/vault.js';
import { NO_INDEX } from './ended-runs.js';
import { createPoolAgent } from './pool-agent.js';
import { intentOf, NOW, scripted, vaultOf, type Script } from './scripted.fixture.js';
import { SETTINGS } from './stage.fixture.js';

const BOOKED = at('2026-07-01T00:00:00Z');

function line(sequence: number, change: Partial<LedgerLine>): LedgerLine {
  return {
    sequence,
    transactionId: `t-${sequence}`,
    kind: 'DEPOSIT',
    account: 'CASH',
    assetId: 'USDC',
    side: 'LONG',
    positionAssetId: '',
    amount: 0n,
    bookTime: BOOKED,
    ...change,
  };
}

function agentWith(script: Partial<Script>) {
  const stage = scripted('POOL', script);
  const tick = () => createPoolAgent(stage.context).tick(NOW);
  return { ...stage, tick, units: () => stage.reports.at(-1)?.runtime?.index };
}

/** An intent whose units are accounted for up to a line. */
function accounted(issuedUnits: bigint, ledgerSequence: number, vaultVersion: number) {
  const intent = intentOf();
  const index = { ...NO_INDEX, issuedUnits, firstUnitTime: BOOKED, ledgerSequence, vaultVersion };
  return { ...intent, runtime: { ...intent.runtime, index } };
}

describe('the pool agent, accounting', () => {
  it('issues one unit for each base unit of the first deposit', async () => {
    const { tick, reports, units } = agentWith({
      vault: vaultOf({ cash: 1_000n }),
      lines: [line(1, { amount: 1_000n }), line(2, { account: 'OWNER', amount: -1_000n })],
    });
    expect(await tick()).toEqual({
      nextDueTime: plus(NOW, SETTINGS.idleMillis),
      servedIntentIds: ['intent-1'],
    });
    expect(units()).toEqual({
      issuedUnits: 1_000n,
      firstUnitTime: BOOKED,
      ledgerSequence: 2,
      vaultVersion: 3,
    });
    expect(reports[0]).toMatchObject({
      requestId: 'units/intent-1/3',
      work: { intentId: 'intent-1', leaseToken: 7n },
      releases: false,
      wakeAgents: ['REBALANCE'],
    });
  });

  it('follows several flows through trades, each at NAV per unit before it', async () => {
    const trade = { kind: 'FILL' as const, transactionId: 't-4' };
    const { tick, units } = agentWith({
      // 1 000 in; 500 of it buy 250 WBTC, worth 4 each by now: 1 500 for 1 000 units.
      intent: intentOf(),
      vault: vaultOf({ cash: 650n, positions: [long('WBTC', 200n)] }),
      prices: { WBTC: '0.000004' },
      lines: [
        line(1, { amount: 1_000n }),
        line(4, { ...trade, amount: -500n }),
        line(5, { ...trade, account: 'POSITION', assetId: 'WBTC', amount: 250n }),
        // 150 more: 100 units
        line(6, { amount: 150n }),
        // 50 WBTC in kind, worth 200 of 1 650: 134 units (133.3, up)
        line(7, { kind: 'WITHDRAWAL', account: 'POSITION', assetId: 'WBTC', amount: -50n }),
      ],
    });
    await tick();
    expect(units()).toMatchObject({ issuedUnits: 966n, firstUnitTime: BOOKED, ledgerSequence: 7 });
  });

  it('values a deposit in kind by the price of its time', async () => {
    const { tick, units } = agentWith({
      vault: vaultOf({ cash: 0n, positions: [long('WBTC', 3n)] }),
      prices: { WBTC: '0.0001' },
      lines: [line(1, { account: 'POSITION', assetId: 'WBTC', amount: 3n })],
    });
    await tick();
    expect(units()).toMatchObject({ issuedUnits: 300n });
  });

  it('goes on from the line that it came to', async () => {
    const { tick, units } = agentWith({
      intent: accounted(1_000n, 1, 1),
      vault: vaultOf({ cash: 2_500n, version: 2 }),
      // 500 of gain were booked as a trade: 1.5 a unit, so 1 000 more buy 666.
      lines: [
        line(1, { amount: 1_000n }),
        line(2, { kind: 'FILL', amount: 500n }),
        line(3, { amount: 1_000n }),
      ],
    });
    await tick();
    expect(units()).toMatchObject({ issuedUnits: 1_666n, ledgerSequence: 3, vaultVersion: 2 });
  });

  it('starts anew after everything was withdrawn', async () => {
    const { tick, units } = agentWith({
      intent: accounted(1_000n, 1, 1),
      vault: vaultOf({ cash: 70n, version: 3 }),
      lines: [
        line(2, { kind: 'WITHDRAWAL', amount: -2_000n }),
        line(3, { amount: 70n, bookTime: NOW }),
      ].map((one) => one),
    });
    await tick();
    expect(units()).toMatchObject({ issuedUnits: 70n, firstUnitTime: NOW });
  });

  it('counts what the vault held before the intent as part of the first deposit', async () => {
    const early = at('2026-05-01T00:00:00Z');
    const { tick, units } = agentWith({
      vault: vaultOf({ cash: 900n }),
      lines: [line(1, { amount: 400n, bookTime: early }), line(2, { amount: 500n })],
    });
    await tick();
    expect(units()).toMatchObject({ issuedUnits: 900n, firstUnitTime: BOOKED });
    const untouched = agentWith({
      vault: vaultOf({ cash: 400n }),
      lines: [line(1, { amount: 400n, bookTime: early })],
    });
    await untouched.tick();
    const { createTime } = untouched.script.intent;
    expect(untouched.units()).toMatchObject({ issuedUnits: 400n, firstUnitTime: createTime });
  });

  it('writes nothing twice: who is served again has nothing new', async () => {
    const { tick, reports } = agentWith({ intent: accounted(1_000n, 1, 3) });
    await tick();
    expect(reports).toEqual([]);
  });

  it('tells the swap taker of collateral that is not the underlying', async () => {
    const { tick, reports } = agentWith({
      intent: intentOf({ collateral: { asset: 'WBTC', amount: '1' } }),
    });
    await tick();
    expect(reports[0]?.wakeAgents).toEqual(['REBALANCE', 'SWAP_TAKER']);
  });

  it('reads on while the ledger moves', async () => {
    const stage = agentWith({ vault: vaultOf({ cash: 300n }), lines: [line(1, { amount: 100n })] });
    const { vaults } = stage.context.ports;
    let readCount = 0;
    const linesAfter: typeof vaults.linesAfter = async (vaultId, sequence) => {
      const lines = await vaults.linesAfter(vaultId, sequence);
      readCount += 1;
      // Another deposit is booked between the two reads.
      if (readCount === 1) stage.script.lines = [...stage.script.lines, line(2, { amount: 200n })];
      return lines;
    };
    const ports = { ...stage.context.ports, vaults: { ...vaults, linesAfter } };
    await createPoolAgent({ ...stage.context, ports }).tick(NOW);
    expect(stage.units()).toMatchObject({ issuedUnits: 300n, ledgerSequence: 2 });
  });
});

describe('the pool agent, inventory', () => {
  const both = [long('N-BTC-30000-20260801', 5n), long('P-BTC-30000-20260801', 2n)];

  it('merges equal amounts of both halves, once for each version of the vault', async () => {
    const vault = vaultOf({ positions: both, cash: 0n });
    const { tick, done } = agentWith({ intent: accounted(1n, 1, 3), vault });
    await tick();
    expect(done).toEqual(['merge 2 of BTC-30000 as merge/intent-1/BTC-30000-20260801/3']);
  });

  it.each([
    ['a rebalance runs', vaultOf({ positions: both, openRebalanceId: 'r' })],
    ['the vault is frozen', vaultOf({ positions: both, frozen: true })],
    ['one half is missing', vaultOf({ positions: both.slice(1) })],
  ])('merges nothing while %s', async (_why, vault) => {
    const { tick, done } = agentWith({ intent: accounted(1n, 1, 3), vault });
    await tick();
    expect(done).toEqual([]);
  });

  it('leaves a series that is mature to its settlement', async () => {
    const positions = both.map((one) => ({ ...one, assetId: one.assetId.replace('08', '06') }));
    const vault = vaultOf({ positions });
    const { tick, done } = agentWith({ intent: accounted(1n, 1, 3), vault });
    await tick();
    expect(done).toEqual([]);
  });
});

describe('the pool agent, serving', () => {
  it('has nothing to account for where the option index is not held', async () => {
    const allocation = { kind: 'targetWeights' as const, targets: [], policyId: undefined };
    const { tick, reports } = agentWith({ intent: intentOf({ allocation }) });
    expect(await tick()).toMatchObject({ servedIntentIds: ['intent-1'] });
    expect(reports).toEqual([]);
  });

  it('serves an intent that is gone or at its end by doing nothing', async () => {
    const ended = agentWith({ intent: intentOf({}, { state: 'CANCELLED' }) });
    expect(await ended.tick()).toMatchObject({ servedIntentIds: ['intent-1'] });
    expect(ended.reports).toEqual([]);
  });

  it('serves everybody else before it says who could not be served', async () => {
    const stage = scripted('POOL', { lines: [line(1, { amount: 1_000n })] });
    const { intents } = stage.context.ports;
    const broken = new DomainFailure(domainError('UNAVAILABLE', 'ORACLE_UNAVAILABLE', 'no oracle'));
    const get: typeof intents.get = (intentId) =>
      intentId === 'intent-0' ? Promise.reject(broken) : intents.get(intentId);
    const work = { ...stage.context.work, intentIds: ['intent-0', 'intent-1'] };
    const ports = { ...stage.context.ports, intents: { ...intents, get } };
    const agent = createPoolAgent({ ...stage.context, work, ports });
    await expect(agent.tick(NOW)).rejects.toThrow('intent-0: no oracle');
    expect(stage.reports).toHaveLength(1);
  });

  it('ends at once when its lease is lost', async () => {
    const stage = scripted('POOL');
    const lost = new DomainFailure(domainError('ABORTED', 'LEASE_LOST', 'another engine has it'));
    const intents = { ...stage.context.ports.intents, report: () => Promise.reject(lost) };
    const work = { ...stage.context.work, intentIds: ['intent-1', 'intent-2'] };
    const context = { ...stage.context, work, ports: { ...stage.context.ports, intents } };
    await expect(createPoolAgent(context).tick(NOW)).rejects.toBe(lost);
  });
});
