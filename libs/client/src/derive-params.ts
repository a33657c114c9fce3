import { derive, type Derived } from '@trimtab/strategy';
import { exactText } from './exact-text.js';
import type { StrategyConfig, StrategyConstraints } from './strategy-parameters.js';

/** A parameter from which nothing follows. */
export class StrategyParameterError extends RangeError {
  override readonly name = 'StrategyParameterError';
}

/**
 * The operating figures that follow from valid parameters (intent rules, derived), locally.
 *
 * @throws StrategyParameterError if maturityDays is no whole number above 0
 */
export function deriveParams(
  config: Pick<StrategyConfig, 'strikeRatio' | 'maturityDays'>,
  constraints: Pick<StrategyConstraints, 'maxSlippagePerRollBps'>,
): Derived {
  const { maturityDays } = config;
  if (!Number.isSafeInteger(maturityDays) || maturityDays < 1) {
    throw new StrategyParameterError(
      `config.maturityDays was ${maturityDays}, must be a whole number above 0`,
    );
  }
  return derive({ maturityDays, strikeRatio: exactText(config.strikeRatio) }, constraints);
}
