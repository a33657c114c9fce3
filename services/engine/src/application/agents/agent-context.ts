import { present } from '@trimtab/core';
import type { IntentView } from '../../domain/intent-view.js';
import type { Work } from '../../domain/work.js';
import type { AgentSettings, Ports } from '../ports.js';

/** What an agent of one intent is made of. */
export interface AgentContext {
  readonly work: Work;
  readonly ports: Ports;
  readonly settings: AgentSettings;
}

/** The intent that a piece of work is for. */
export function intentOf({ intentId, kind }: Work): string {
  return present(intentId, `the work of ${kind} is of one intent`);
}

/** An intent whose vault stands. */
export interface LiveIntent extends IntentView {
  readonly vaultId: string;
}

/** Whether the activation of an intent has ended and nothing ended it since. */
export function isLive(intent: IntentView): intent is LiveIntent {
  const { state, activated, vaultId } = intent;
  return activated && vaultId !== undefined && (state === 'ACTIVE' || state === 'PAUSED');
}

/** The base of a ticker: `BTC` of `BTC/USDC`. */
export function baseOf(ticker: string): string {
  return present(ticker.split('/')[0], 'a ticker has a base');
}
