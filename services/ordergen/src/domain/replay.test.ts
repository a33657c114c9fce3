import { describe, expect, it } from 'vitest';
import { instant } from '@trimtab/core';
import { amountOf } from './amount-of.js';
import { extendChain, type ChainHead } from './event-chain.js';
import { eventHash, type EventDocument } from './event-document.js';
import type { FoldInput } from './fold-input.js';
import { unwrap } from './fold.fixture.js';
import { generate } from './generate.js';
import { inputOf, long, short, target } from './generate.fixture.js';
import { orderIdOf, reportIdOf } from './ids.js';
import { pinCursorOf } from './pins.js';
import { rebalanceDocument, rebalanceHash, type RebalanceDocument } from './rebalance-document.js';
import { brokenLink, replay, startModeOf } from './replay.js';
import { startRebalance } from './start-rebalance.js';

/** NAV 1000: sells of 300 (exit), 200 and 100, buys of 400 and 200. */
const input = inputOf({
  positions: [long('A', 300n), long('B', 400n), long('C', 300n)],
  targets: [target('B', 2_000), target('C', 2_000), target('D', 4_000), target('E', 2_000)],
});
const generation = unwrap(generate(input));
const { program } = generation;
const document = rebalanceDocument(
  {
    vaultId: 'vault-1',
    vaultVersion: 7,
    purpose: 'REBALANCE',
    source: { kind: 'PLAN', planHash: 'p'.repeat(64) },
    snapshotHash: 's'.repeat(64),
    positions: input.positions,
    tolerances: input.tolerances,
    netMode: input.netMode,
    sequencing: input.sequencing,
    slippageLimitBps: 50,
    expireTime: instant(1_522_800_000_000),
  },
  generation,
);

interface Told {
  readonly events: readonly EventDocument[];
  readonly head: ChainHead;
}

const result = (index: number, filled: bigint, cashMoved = filled): FoldInput => ({
  kind: 'RESULT',
  result: {
    index,
    filled,
    cashMoved,
    fee: 0n,
    cumulativeQuantity: filled,
    execType: filled === 0n ? 'REJECTED' : 'FILL',
  },
});

/** The chain of some inputs. */
function tell(inputs: readonly FoldInput[], mode: 'EXECUTE' | 'AWAIT_APPROVAL' = 'EXECUTE'): Told {
  let head: ChainHead = {
    sequence: 0,
    hash: rebalanceHash(document),
    state: startRebalance(program, mode).state,
  };
  const events: EventDocument[] = [];
  for (const next of inputs) {
    const step = unwrap(extendChain(program, head, next));
    events.push(step.event);
    head = step.head;
  }
  return { events, head };
}

/** Sell 0 fails, sell 1 loses on price, a bust comes in, everything else fills. */
function story(): Told {
  const opening: FoldInput[] = [
    result(0, 0n),
    result(1, 120n, 119n),
    { kind: 'CORRECTION', correction: { index: 1, cash: -2n, execType: 'TRADE_CORRECT' } },
  ];
  let told = tell(opening);
  const inputs = [...opening];
  while (told.head.state.state === 'EXECUTING') {
    inputs.push(result(told.head.state.nextIndex, amountOf(program, told.head.state)));
    told = tell(inputs);
  }
  return told;
}

describe('the rebalance document', () => {
  it('has exactly the listed fields, amounts as text and indices as numbers', () => {
    expect(Object.keys(document).sort()).toEqual(
      [
        ...['actions', 'cash', 'expireTime', 'nav', 'netMode', 'openBuys', 'openSells', 'planHash'],
        ...['positions', 'purpose', 'sequencing', 'slippageLimitBps', 'snapshotHash', 'tolerances'],
        ...['underlyingFloor', 'vaultId', 'vaultVersion'],
      ].sort(),
    );
    expect(document).toMatchObject({ cash: '0', nav: '1000', openSells: '600', openBuys: '600' });
    expect(document.expireTime).toBe('2018-04-04T00:00:00.000Z');
    expect(document.positions[0]).toEqual({ assetId: 'A', side: 'LONG', quantity: '300' });
    expect(document.actions[0]).toEqual({
      index: 0,
      assetId: 'A',
      side: 'LONG',
      group: 1,
      deltaExposure: '-300',
      deltaCollateral: '-300',
      deltaNet: '-300',
      cap: '300',
    });
    expect(document.actions[3]).not.toHaveProperty('cap');
  });

  it('holds requested actions, the band and the collateral of shorts where they apply', () => {
    const action = {
      assetId: 'A',
      side: 'SHORT',
      quantityDelta: -1n,
      collateralDelta: 2n,
    } as const;
    const held = [short('A', 10n, 20n)];
    const given = inputOf({
      cash: 100n,
      positions: held,
      goal: { kind: 'ACTIONS', actions: [action] },
    });
    const written = rebalanceDocument(
      {
        ...{ vaultId: 'v', vaultVersion: 1, purpose: 'ROLL', snapshotHash: 's' },
        source: { kind: 'ACTIONS', actions: [action] },
        positions: held,
        tolerances: given.tolerances,
        band: { kind: 'RELATIVE', widthBps: 5, goal: 'EDGE' },
        netMode: 'CONSERVATIVE',
        sequencing: { kind: 'LARGEST_RELEASE_FIRST' },
        slippageLimitBps: 50,
        expireTime: instant(0),
      },
      unwrap(generate(given)),
    );
    expect(written).toMatchObject({
      requestedActions: [
        { assetId: 'A', side: 'SHORT', quantityDelta: '-1', collateralDelta: '2' },
      ],
      positions: [{ assetId: 'A', side: 'SHORT', quantity: '10', collateral: '20' }],
      tolerances: { kind: 'ABSOLUTE', band: { kind: 'RELATIVE', widthBps: 5, goal: 'EDGE' } },
      sequencing: 'LARGEST_RELEASE_FIRST',
    });
    expect(written).not.toHaveProperty('planHash');
  });
});

describe('an event document', () => {
  const { events } = story();

  it('holds the input, the recalibration with its new pins, and the state after', () => {
    expect(events[0]).toEqual({
      previous: rebalanceHash(document),
      sequence: 1,
      kind: 'RESULT',
      index: 0,
      amount: '300',
      filled: '0',
      cashMoved: '0',
      cumulativeQuantity: '0',
      fee: '0',
      execType: 'REJECTED',
      recalibration: {
        failed: '300',
        factor: '0.333333333333333333', // 300 / (300 + 600)
        sellsBefore: '300',
        sellsAfter: '400',
        buysBefore: '600',
        buysAfter: '400',
        pins: [],
        residual: '0',
      },
      stateAfter: {
        cash: '0',
        sells: { base: '300', total: '400', seen: '0', paid: '0' },
        buys: { base: '600', total: '400', seen: '0', paid: '0' },
        pinnedOpen: '0',
        toUnderlying: '0',
        residual: '0',
        corrections: '0',
        nextIndex: 1,
        state: 'EXECUTING',
      },
    });
  });

  it('leaves out what does not apply', () => {
    expect(Object.keys(events[2] ?? {}).sort()).toEqual(
      ['cashMoved', 'execType', 'index', 'kind', 'previous', 'sequence', 'stateAfter'].sort(),
    );
  });
});

describe('a replay', () => {
  const { events, head } = story();

  it('of what is stored gives the same hashes', () => {
    const again: EventDocument[] = JSON.parse(JSON.stringify(events)) as EventDocument[];
    const stored = JSON.parse(JSON.stringify(document)) as RebalanceDocument;
    expect(replay(stored, again)).toEqual({
      h0: rebalanceHash(document),
      stateHash: head.hash,
      eventCount: events.length,
    });
    expect(brokenLink(rebalanceHash(document), events)).toBeUndefined();
  });

  it('names the first event and field that differ, whichever field was changed', () => {
    const changed = (place: number, change: Partial<EventDocument>): EventDocument[] =>
      events.map((event, index) => (index === place ? { ...event, ...change } : event));
    const state = events[1]?.stateAfter;
    if (state === undefined) throw new Error('the story has two events');
    const changes: readonly (readonly [Partial<EventDocument>, string])[] = [
      [{ stateAfter: { ...state, buys: { ...state.buys, paid: '1' } } }, 'stateAfter.buys.paid'],
      [{ stateAfter: { ...state, cash: '1' } }, 'stateAfter.cash'],
      [{ amount: '1' }, 'amount'],
      [{ previous: 'f'.repeat(64) }, 'previous'],
      [{ sequence: 3 }, 'sequence'],
      [{ filled: '119' }, 'recalibration.buysBefore'],
    ];
    for (const [change, field] of changes) {
      expect(replay(document, changed(1, change)).firstDifference).toMatchObject({
        sequence: 2,
        index: 1,
        field,
      });
    }
  });

  it('follows inputs that keep the state as it was: the next link shows them', () => {
    const touched = events.map((event, index) => (index === 1 ? { ...event, fee: '9' } : event));
    expect(replay(document, touched).firstDifference).toMatchObject({
      sequence: 3,
      field: 'previous',
    });
    expect(brokenLink(rebalanceHash(document), touched)).toBe(3);
  });

  it('finds a changed start, a missing event, and an input that cannot be read or applied', () => {
    const start = { ...document, openBuys: '601' };
    expect(replay(start, events).firstDifference).toMatchObject({ sequence: 0, field: 'openBuys' });
    expect(replay(document, events.slice(1)).firstDifference).toMatchObject({ sequence: 1 });
    const unreadable = events.map((event) => ({ ...event, cashMoved: '1.5' }));
    expect(replay(document, unreadable).firstDifference).toMatchObject({ sequence: 1, index: 0 });
  });

  it.each([
    ['a cancelled run', [{ kind: 'CANCEL', reason: 'asked for' }, result(0, 300n)], 'EXECUTE'],
    ['an approved run', [{ kind: 'APPROVE' }, result(0, 300n)], 'AWAIT_APPROVAL'],
    ['one cancelled while waiting', [{ kind: 'CANCEL' }], 'AWAIT_APPROVAL'],
    ['one expired while waiting', [{ kind: 'EXPIRE' }], 'AWAIT_APPROVAL'],
    ['one expired while running', [{ kind: 'EXPIRE' }, result(0, 10n)], 'EXECUTE'],
    [
      'a faulted run',
      [result(0, 300n), { kind: 'FAULT', reason: 'mismatch', index: 1 }],
      'EXECUTE',
    ],
  ] as const)('covers %s', (_name, inputs, mode) => {
    const told = tell(inputs, mode);
    expect(startModeOf(told.events)).toBe(mode);
    expect(replay(document, told.events)).toMatchObject({ stateHash: told.head.hash });
    expect(replay(document, told.events)).not.toHaveProperty('firstDifference');
  });
});

describe('ids and the pin cursor', () => {
  it('are the same whenever they are made again', () => {
    expect(orderIdOf('r', 0)).toBe(orderIdOf('r', 0, 1));
    expect(orderIdOf('r', 1)).not.toBe(orderIdOf('r', 0));
    expect(reportIdOf(orderIdOf('r', 0), 1)).not.toBe(reportIdOf(orderIdOf('r', 0), 2));
    expect(eventHash(story().events[0] as EventDocument)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('follow from the pins and the next index of a stored state', () => {
    const { events, head } = story();
    const pins = events.flatMap((event) => event.recalibration?.pins ?? []);
    expect(pinCursorOf(program, head.state.nextIndex, pins.at(-1)?.index)).toBe(
      head.state.pinCursor,
    );
  });
});
