import * as wire from '@trimtab/contracts/solver';
import type { OptionName, Regime, RegimeRule } from '../../domain/index.js';
import { enumNames } from './enum-names.js';

/** Rules of regimes. */
export const regimeRules = enumNames<RegimeRule, wire.RegimeOption_Rule>({
  DRAWDOWN: wire.RegimeOption_Rule.RULE_DRAWDOWN,
  VOLATILITY: wire.RegimeOption_Rule.RULE_VOLATILITY,
  TREND: wire.RegimeOption_Rule.RULE_TREND,
});

/** Regimes. */
export const regimes = enumNames<Regime, wire.RegimeDecision_Regime>({
  CALM: wire.RegimeDecision_Regime.REGIME_CALM,
  STRESSED: wire.RegimeDecision_Regime.REGIME_STRESSED,
});

/** Options with a line in the score. */
export const optionNames = enumNames<OptionName, wire.OptionHaircut_Option>({
  VOLATILITY: wire.OptionHaircut_Option.OPTION_VOLATILITY,
  COVARIANCE: wire.OptionHaircut_Option.OPTION_COVARIANCE,
  DRAWDOWN: wire.OptionHaircut_Option.OPTION_DRAWDOWN,
  IMPACT: wire.OptionHaircut_Option.OPTION_IMPACT,
  SLIPPAGE: wire.OptionHaircut_Option.OPTION_SLIPPAGE,
  REGIME: wire.OptionHaircut_Option.OPTION_REGIME,
  TURNOVER: wire.OptionHaircut_Option.OPTION_TURNOVER,
});
