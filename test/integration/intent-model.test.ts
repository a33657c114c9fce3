import { randomUUID } from 'node:crypto';
import {
  RunOutcome,
  StrategyIntent_State as State,
  UpdateIntentRequest,
  type StrategyIntent,
} from '@trimtab/contracts/intent';
import { DomainFailure, present } from '@trimtab/core';
import { campaignCount, eventually, SEED } from '@trimtab/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  after,
  isLinearizable,
  type Event,
  type ModelIntent,
  type Operation,
  type Outcome,
} from './intent-history.js';
import {
  createRequest,
  LOST,
  startIntentWorld,
  WEIGHTS,
  type IntentClient,
  type IntentWorld,
  type RemoteCall,
} from './intent-world.js';

const CAMPAIGN_MS = 1_800_000;
let world: IntentWorld;
let alice: IntentClient;

beforeAll(async () => {
  world = await startIntentWorld();
  alice = await world.clientOf('alice', 'intent:write');
});
afterAll(() => world.close());

const STATES: Readonly<Partial<Record<State, ModelIntent['state']>>> = {
  [State.STATE_ACTIVE]: 'ACTIVE',
  [State.STATE_PAUSED]: 'PAUSED',
  [State.STATE_CANCELLED]: 'CANCELLED',
};
const RUNS: Readonly<Partial<Record<RunOutcome, string>>> = {
  [RunOutcome.RUN_OUTCOME_REBALANCE]: 'REBALANCE',
  [RunOutcome.RUN_OUTCOME_REFUSED]: 'REFUSED',
};

function modelOf(intent: StrategyIntent | undefined): ModelIntent {
  const { state, etag, config } = present(intent, 'the answer has an intent');
  return {
    state: present(STATES[state], `the model knows state ${state}`),
    etag,
    maturityDays: present(config?.maturityDays, 'every intent has a config'),
  };
}

async function created(requestId: string = randomUUID()): Promise<StrategyIntent> {
  const { intent } = await alice.createIntent(createRequest(requestId, { allocation: WEIGHTS }));
  return present(intent, 'CreateIntent answers an intent');
}

/** Does an operation on the service, as a client that tells a refusal from a lost answer. */
async function perform(
  intentId: string,
  operation: Operation,
  requestId: string = randomUUID(),
): Promise<Outcome> {
  try {
    return await send(intentId, operation, requestId);
  } catch (error) {
    if (!(error instanceof DomainFailure)) throw error;
    const { kind, reason } = error.error;
    return kind === 'DEADLINE_EXCEEDED' ? { kind: 'LOST' } : { kind: 'REFUSED', reason };
  }
}

async function send(intentId: string, operation: Operation, requestId: string): Promise<Outcome> {
  const ids = { requestId, intentId };
  const answer = (response: { readonly intent: StrategyIntent | undefined }): Outcome => ({
    kind: 'INTENT',
    intent: modelOf(response.intent),
  });
  switch (operation.kind) {
    case 'PAUSE':
      return answer(await alice.pauseIntent({ ...ids, etag: operation.etag }));
    case 'RESUME':
      return answer(await alice.resumeIntent({ ...ids, etag: operation.etag }));
    case 'CANCEL':
      return answer(await alice.cancelIntent({ ...ids, etag: operation.etag, reason: '' }));
    case 'UPDATE': {
      const { etag, maturityDays } = operation;
      const change = UpdateIntentRequest.fromPartial({ config: { maturityDays } });
      return answer(await alice.updateIntent({ ...change, ...ids, etag }));
    }
    case 'READ':
      return answer(await alice.getIntent({ intentId }));
    case 'REBALANCE': {
      const { outcome, reason } = await alice.rebalanceIntent({
        ...ids,
        leaseToken: 0n,
        seriesId: '',
      });
      return { kind: 'RUN', outcome: RUNS[outcome] ?? String(outcome), reason };
    }
  }
}

/** What is drawn; the etag is filled in when it is done. */
interface Draw {
  readonly kind: Operation['kind'];
  readonly etag: 'NONE' | 'CURRENT' | 'OLD';
  readonly maturityDays: number;
}
const draws = fc.record<Draw>({
  kind: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('PAUSE', 'RESUME', 'UPDATE', 'REBALANCE') },
    { weight: 1, arbitrary: fc.constantFrom('READ', 'READ', 'CANCEL') },
  ),
  etag: fc.constantFrom('NONE', 'CURRENT', 'CURRENT', 'OLD'),
  maturityDays: fc.integer({ min: 7, max: 9 }),
});

function operationOf({ kind, etag: which, maturityDays }: Draw, current: string): Operation {
  const etag = which === 'CURRENT' ? current : '"of-before"';
  switch (kind) {
    case 'READ':
    case 'REBALANCE':
      return { kind };
    case 'UPDATE':
      return { kind, etag, maturityDays };
    default:
      return { kind, etag: which === 'NONE' ? '' : etag };
  }
}

interface Model {
  readonly intents: ModelIntent[];
}
interface Real {
  readonly intentIds: string[];
}
type Command = fc.AsyncCommand<Model, Real>;

const create: Command = {
  check: ({ intents }) => intents.length < 4,
  run: async ({ intents }, { intentIds }) => {
    const intent = await created();
    intentIds.push(intent.intentId);
    const model = modelOf(intent);
    expect(model).toMatchObject({ state: 'ACTIVE', maturityDays: 30 });
    intents.push(model);
  },
  toString: () => 'create',
};

function operate(draw: Draw, which: number): Command {
  return {
    check: ({ intents }) => intents.length > 0,
    run: async ({ intents }, { intentIds }) => {
      const place = which % intents.length;
      const intent = present(intents[place], 'the place is one of them');
      const intentId = present(intentIds[place], 'the same places');
      const operation = operationOf(draw, intent.etag);
      const outcome = await perform(intentId, operation);
      const next = after(intent, operation, outcome);
      expect(next, JSON.stringify({ intent, operation, outcome })).toBeDefined();
      intents[place] = next ?? intent;
      expect(await perform(intentId, { kind: 'READ' })).toEqual({ kind: 'INTENT', intent: next });
    },
    toString: () => `${JSON.stringify(draw)} on ${which}`,
  };
}

describe('intents, one operation after the other', () => {
  it(
    `are what the simple model says (seed ${SEED})`,
    async () => {
      const commands = [
        fc.constant(create),
        fc.tuple(draws, fc.nat(3)).map(([draw, which]) => operate(draw, which)),
      ];
      await fc.assert(
        fc.asyncProperty(fc.commands(commands, { maxCommands: 30, size: 'max' }), (list) =>
          fc.asyncModelRun(() => ({ model: { intents: [] }, real: { intentIds: [] } }), list),
        ),
        { seed: SEED, numRuns: campaignCount(8, 200) },
      );
    },
    CAMPAIGN_MS,
  );
});

const CLIENT_COUNT = 4;
const OPERATIONS_PER_CLIENT = 5;
const HISTORY_LENGTH = CLIENT_COUNT * OPERATIONS_PER_CLIENT;
/** Histories that run at the same time, each with an intent of its own. */
const HISTORIES_AT_ONCE = 4;
const FAULTS: readonly RemoteCall[] = ['setMode', 'takeSnapshot', 'createRebalance'];

interface Script {
  readonly clients: readonly (readonly Draw[])[];
  readonly faults: readonly { readonly name: RemoteCall; readonly when: 'before' | 'after' }[];
}
const scripts = fc.record<Script>({
  clients: fc.array(
    fc.array(draws, { minLength: OPERATIONS_PER_CLIENT, maxLength: OPERATIONS_PER_CLIENT }),
    { minLength: CLIENT_COUNT, maxLength: CLIENT_COUNT },
  ),
  faults: fc.array(
    fc.record({ name: fc.constantFrom(...FAULTS), when: fc.constantFrom('before', 'after') }),
    { maxLength: 2 },
  ),
});

interface History {
  readonly initial: ModelIntent;
  readonly events: readonly Event[];
}

/** Several clients at once on one new intent; every answer is asked for again and must be the same. */
async function play({ clients, faults }: Script): Promise<History> {
  const requestId = randomUUID();
  const twins = await Promise.all([created(requestId), created(requestId)]);
  expect(twins[0]).toEqual(twins[1]);
  const [{ intentId }] = twins;
  const initial = modelOf(twins[0]);
  let place = 0;
  let etag = initial.etag;
  const events: Omit<Event, 'isContended'>[] = [];
  for (const { name, when } of faults) world.fake.failNext(name, LOST, when);
  await Promise.all(
    clients.map(async (script) => {
      for (const draw of script) {
        const operation = operationOf(draw, etag);
        const id = randomUUID();
        const start = (place += 1);
        const outcome = await perform(intentId, operation, id);
        events.push({ operation, outcome, start, end: (place += 1) });
        if (outcome.kind !== 'INTENT') continue;
        ({ etag } = outcome.intent);
        if (operation.kind === 'READ') continue;
        expect(await perform(intentId, operation, id), 'a repeated request').toEqual(outcome);
      }
    }),
  );
  return { initial, events: events.map((event) => ({ ...event, ...contended(event, events) })) };
}

type Timed = Omit<Event, 'isContended'>;

/** Whether something overlaps that can get in a run's way; what was lost may go on to the end. */
function contended(event: Timed, events: readonly Timed[]): Pick<Event, 'isContended'> {
  const isContended = events.some(
    (other) =>
      other !== event &&
      /^(PAUSE|CANCEL|REBALANCE)$/.test(other.operation.kind) &&
      other.start < event.end &&
      (other.outcome.kind === 'LOST' || other.end > event.start),
  );
  return { isContended };
}

/** A rebalance whose answer was lost changes nothing that the model knows. */
function ofTheModel({ operation, outcome }: Event): boolean {
  return operation.kind !== 'REBALANCE' || outcome.kind !== 'LOST';
}

describe('intents, many operations at once', () => {
  it(
    `have linearizable histories, each intent for itself (seed ${SEED})`,
    async () => {
      const historyCount = campaignCount(500, 10_000) / HISTORY_LENGTH;
      const wanted = fc.sample(scripts, { seed: SEED, numRuns: historyCount });
      const histories: History[] = [];
      await Promise.all(
        Array.from({ length: HISTORIES_AT_ONCE }, async () => {
          for (let next = wanted.pop(); next !== undefined; next = wanted.pop()) {
            histories.push(await play(next));
          }
        }),
      );
      const violations = histories.filter(
        ({ initial, events }) => !isLinearizable(initial, events.filter(ofTheModel)),
      );
      expect(violations.map((history) => JSON.stringify(history))).toEqual([]);
      const counts = histories.flatMap(({ events }) => events);
      expect(counts).toHaveLength(historyCount * HISTORY_LENGTH);
      expect(counts.filter(({ outcome }) => outcome.kind === 'LOST').length).toBeGreaterThan(0);
    },
    CAMPAIGN_MS,
  );

  it(
    'leave no vault of a cancelled intent open and none of its money behind',
    async () => {
      await eventually(
        async () => {
          world.clock.advanceMillis(60_000);
          const { rows } = await world.database.pool.query(
            'select 1 from state_changes where not ended limit 1',
          );
          return rows.length === 0 ? true : undefined;
        },
        { timeoutMs: 60_000 },
      );
      const { rows } = await world.database.pool.query<{ vault_id: string }>(
        `select vault_id from intents where state = 'CANCELLED'`,
      );
      expect(rows.length).toBeGreaterThan(0);
      for (const { vault_id: vaultId } of rows) {
        expect(world.fake.vaults.get(vaultId)).toMatchObject({ mode: 'CLOSED', cash: 0n });
      }
    },
    CAMPAIGN_MS,
  );
});

describe('the check of histories', () => {
  const initial: ModelIntent = { state: 'ACTIVE', etag: 'a', maturityDays: 7 };
  const paused: Outcome = { kind: 'INTENT', intent: { ...initial, state: 'PAUSED' } };
  const event = (
    operation: Operation,
    outcome: Outcome,
    [start, end]: readonly [number, number],
  ): Event => ({ operation, outcome, start, end, isContended: false });
  const pause: Operation = { kind: 'PAUSE', etag: '' };
  const read = (state: ModelIntent['state'], span: readonly [number, number]) =>
    event({ kind: 'READ' }, { kind: 'INTENT', intent: { ...initial, state } }, span);

  it('takes an order that explains the answers', () => {
    const history = [event(pause, paused, [1, 6]), read('ACTIVE', [2, 3]), read('PAUSED', [4, 5])];
    expect(isLinearizable(initial, history)).toBe(true);
  });

  it('notices a read of the past, two winners and a change that comes undone', () => {
    expect(isLinearizable(initial, [event(pause, paused, [1, 2]), read('ACTIVE', [3, 4])])).toBe(
      false,
    );
    const winners = [event(pause, paused, [1, 4]), event(pause, paused, [2, 3])];
    expect(isLinearizable(initial, winners)).toBe(false);
    const undone = [event(pause, paused, [1, 6]), read('PAUSED', [2, 3]), read('ACTIVE', [4, 5])];
    expect(isLinearizable(initial, undone)).toBe(false);
  });

  it('lets a lost operation happen late, or never, but not before it was asked for', () => {
    const lost = event(pause, { kind: 'LOST' }, [1, 2]);
    expect(isLinearizable(initial, [lost, read('ACTIVE', [3, 4]), read('PAUSED', [5, 6])])).toBe(
      true,
    );
    expect(isLinearizable(initial, [lost, read('ACTIVE', [3, 4])])).toBe(true);
    const early = [read('PAUSED', [1, 2]), event(pause, { kind: 'LOST' }, [3, 4])];
    expect(isLinearizable(initial, early)).toBe(false);
  });
});
