import { setImmediate } from 'node:timers/promises';
import type * as wire from '@trimtab/contracts/solver';
import { createFields, type Handlers } from '@trimtab/grpc';
import type { Database } from '@trimtab/storage';
import { refuseMissing } from '../../application/refusals.js';
import {
  admittingChange,
  changeText,
  explainExclusions,
  explainLines,
  waterfallsOf,
  type Exclusion,
  type Plan,
  type WaterfallLine,
} from '../../domain/index.js';
import { createSolverStore } from '../postgres/solver-store.js';
import type { SolverTables } from '../postgres/tables.js';
import { HASH, ID } from './read-fields.js';
import { toExclusion, toLine } from './to-explanation.js';

type ExplainHandlers = Pick<Handlers<typeof wire.SolverServiceService>, 'ExplainPlan'>;

/** Each search solves the plan again, some dozen times: more of them need more calls. */
const MAX_SEARCHES = 50;

/** Explaining plans. */
export function createExplainHandlers(deps: {
  readonly database: Database<SolverTables>;
}): ExplainHandlers {
  const store = createSolverStore(deps.database.kysely);
  return {
    ExplainPlan: async (request, { signal }) => {
      const { planHash, asked } = readExplainPlan(request);
      const stored = (await store.findPlan(planHash)) ?? refuseMissing('plan', planHash);
      const { plan } = stored;
      const waterfallOf = waterfallsOf(plan);
      const exclusions: wire.Exclusion[] = [];
      let searches = 0;
      for (const exclusion of explainExclusions(plan)) {
        const { strategyId } = exclusion;
        const isSearched = asked.size > 0 ? asked.has(strategyId) : searches < MAX_SEARCHES;
        if (isSearched) searches += 1;
        exclusions.push(explained(plan, exclusion, waterfallOf(strategyId), isSearched));
        // Other calls have their turn between two searches, and nobody waits for a call that is over.
        if (isSearched) await setImmediate(undefined, { signal });
      }
      const lines = explainLines(plan).map((line) =>
        toLine(plan, line, line.strategyId === undefined ? [] : waterfallOf(line.strategyId)),
      );
      return { lines, exclusions };
    },
  };
}

function explained(
  plan: Plan,
  exclusion: Exclusion,
  waterfall: readonly WaterfallLine[],
  isSearched: boolean,
): wire.Exclusion {
  const { strategyId } = exclusion;
  if (!isSearched) return toExclusion(exclusion, waterfall, '', undefined);
  const change = admittingChange(plan, strategyId);
  return toExclusion(exclusion, waterfall, changeText(change), change);
}

function readExplainPlan(request: wire.ExplainPlanRequest) {
  const fields = createFields();
  const planHash = fields.text('plan_hash', request.planHash, HASH);
  const asked = fields.list(
    'strategy_ids',
    request.strategyIds,
    { max: MAX_SEARCHES, unique: (id) => id },
    (id, item) => item.text('', id, ID),
  );
  fields.done();
  return { planHash, asked: new Set(asked) };
}
