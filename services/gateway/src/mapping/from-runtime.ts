import type { IndexRuntime, IntentRuntime } from '@trimtab/contracts/intent';
import { ExactNumber } from '../json/write-json.js';
import { stepWords, triggerWords } from '../schemas/words.js';
import type { Json } from './from-wire.js';

/** What the engine keeps of an intent, as its owner sees it. */
export function fromRuntime(runtime: IntentRuntime): Json {
  return {
    vaultIds: runtime.vaultIds,
    currentDriftBps: runtime.currentDriftBps,
    totalRolls: runtime.rollCount,
    totalCostBps: runtime.totalCostBps,
    lastRollAt: runtime.lastRollTime?.toISOString(),
    lastRollCostBps: runtime.lastRollCostBps,
    lastRebalanceId: orAbsent(runtime.lastRebalanceId),
    activationStep: stepWords.fromWire(runtime.activationStep),
    lastError: orAbsent(runtime.lastError),
    nextScheduleAt: runtime.nextScheduleTime?.toISOString(),
    index: runtime.index && fromIndex(runtime.index),
  };
}

/** Which lines of the ledger are accounted for is between the engine and itself. */
function fromIndex(index: IndexRuntime): Json {
  const { nextTrigger, notifiedTrigger, indexDecimal, linkValueDecimal } = index;
  return {
    seriesId: orAbsent(index.seriesId),
    openedAt: index.openTime?.toISOString(),
    nextSeriesId: orAbsent(index.nextSeriesId),
    nextTrigger: nextTrigger === 0 ? undefined : triggerWords.fromWire(nextTrigger),
    nextChosenAt: index.nextTime?.toISOString(),
    issuedUnits: index.issuedUnits,
    firstUnitAt: index.firstUnitTime?.toISOString(),
    indexValue: indexDecimal === '' ? undefined : new ExactNumber(indexDecimal),
    linkValue: linkValueDecimal === '' ? undefined : new ExactNumber(linkValueDecimal),
    notifiedTrigger: notifiedTrigger === 0 ? undefined : triggerWords.fromWire(notifiedTrigger),
    deferralCount: index.deferralCount,
    retryAt: index.retryTime?.toISOString(),
  };
}

function orAbsent(value: string): string | undefined {
  return value === '' ? undefined : value;
}
