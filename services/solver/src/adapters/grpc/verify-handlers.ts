import type * as wire from '@trimtab/contracts/solver';
import { present } from '@trimtab/core';
import { createFields, type Handlers } from '@trimtab/grpc';
import type { Database } from '@trimtab/storage';
import {
  recomputePlan,
  statedBy,
  type ImpossiblePlan,
  type StatedPlan,
} from '../../application/recompute-plan.js';
import { refuseMissing } from '../../application/refusals.js';
import { createSolverStore } from '../postgres/solver-store.js';
import type { SolverTables } from '../postgres/tables.js';
import { firstDifference } from './first-difference.js';
import { HASH } from './read-fields.js';
import { readStatedPlan } from './read-stated-plan.js';
import { toPlan } from './to-plan.js';

type VerifyHandlers = Pick<Handlers<typeof wire.SolverServiceService>, 'VerifyPlan'>;

/** Computing plans again. */
export function createVerifyHandlers(deps: {
  readonly database: Database<SolverTables>;
}): VerifyHandlers {
  const store = createSolverStore(deps.database.kysely);
  return {
    VerifyPlan: async ({ subject }) => {
      const fields = createFields();
      if (subject === undefined) {
        fields.violation('subject', 'FIELD_REQUIRED', 'plan_hash or plan must be set');
        fields.done();
      }
      if (subject?.$case === 'planHash') {
        const hash = fields.text('plan_hash', subject.value, HASH);
        fields.done();
        const stored = (await store.readPlan(hash)) ?? refuseMissing('plan', hash);
        return answer({ ...toPlan(stored), planHash: hash }, statedBy(stored));
      }
      const { value: plan } = present(subject, 'a subject that is no hash is a plan');
      const { inputs, ...stated } = readStatedPlan(plan, fields.at('plan'));
      fields.done();
      return answer(plan, { ...stated, inputs: present(inputs, 'a readable plan has inputs') });
    },
  };
}

function answer(plan: wire.Plan, stated: StatedPlan): wire.VerifyPlanResponse {
  const { planHash } = plan;
  const recomputed = recomputePlan(stated);
  if (!recomputed.ok) {
    const firstDifference = differenceOf(recomputed.error);
    return { equal: false, planHash, recomputedHash: '', firstDifference };
  }
  const expected = toPlan(recomputed.value);
  const difference = firstDifference(plan, expected);
  return {
    equal: difference === undefined,
    planHash,
    recomputedHash: expected.planHash,
    firstDifference: difference,
  };
}

/** Rules say `was <what was found>, <what is allowed>`. */
function differenceOf({ field, message }: ImpossiblePlan): wire.PlanDifference {
  const [, found = 'given', expected = message] = /^was (.*?), (.*)$/.exec(message) ?? [];
  return { field, found, expected };
}
