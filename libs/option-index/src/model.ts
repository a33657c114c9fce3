import { decimalOf, subtractDecimals, type Decimal } from '@trimtab/decimal';

/** What the model values a unit from. */
export interface ModelInputs {
  /** Price of the base in the quote asset, positive. */
  readonly spot: Decimal;
  /** In whole units of the quote asset. */
  readonly strike: bigint;
  /** Of a year, such as 0.65 for 65 %. */
  readonly volatility: Decimal;
  /** Until maturity; 0 and less is mature. */
  readonly remainingMillis: number;
}

/** Values of the two halves of one unit, in the quote asset; together exactly the spot. */
export interface ModelValues {
  readonly p: Decimal;
  readonly n: Decimal;
}

/** Digits after the point that leave the model. */
const PLACES = 6;
const YEAR_MS = 31_536_000_000;

/**
 * Black-Scholes at a rate of zero, the only place of the rules with binary floating point (intent
 * rules, the option index): N is a call at the strike, rounded to 6 digits before it leaves; P is the
 * rest of the spot, exactly.
 */
export function modelValues(inputs: ModelInputs): ModelValues {
  const { spot, strike, volatility, remainingMillis } = inputs;
  const x = toFloat(spot);
  const call =
    remainingMillis <= 0
      ? Math.max(x - toFloat(decimalOf(strike, 0)), 0)
      : callValue(x, toFloat(decimalOf(strike, 0)), toFloat(volatility), remainingMillis / YEAR_MS);
  const n = fromFloat(call, spot);
  return { n, p: subtractDecimals(spot, n) };
}

/** Value of the right to buy at the strike after a time in years. */
function callValue(x: number, strike: number, volatility: number, years: number): number {
  const deviation = volatility * Math.sqrt(years);
  if (deviation === 0) return Math.max(x - strike, 0);
  const d1 = Math.log(x / strike) / deviation + deviation / 2;
  return x * normalCdf(d1) - strike * normalCdf(d1 - deviation);
}

/**
 * The standard normal distribution to about 15 digits: Hart's rational approximation in the form of
 * G. West, "Better approximations to cumulative normal functions" (2005).
 */
export function normalCdf(z: number): number {
  const size = Math.abs(z);
  if (size > 37) return z > 0 ? 1 : 0;
  const tail = Math.exp((-size * size) / 2) * tailFactor(size);
  return z > 0 ? 1 - tail : tail;
}

const NUMERATOR = [
  0.0352624965998911, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871,
  221.213596169931, 220.206867912376,
];
const DENOMINATOR = [
  0.0883883476483184, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674,
  637.333633378831, 793.826512519948, 440.413735824752,
];
/** Up to here the rational function is taken, beyond it the continued fraction. */
const RATIONAL_LIMIT = 7.07106781186547;
const ROOT_TWO_PI = 2.506628274631;

function tailFactor(size: number): number {
  if (size < RATIONAL_LIMIT) return polynomial(NUMERATOR, size) / polynomial(DENOMINATOR, size);
  const fraction = size + 1 / (size + 2 / (size + 3 / (size + 4 / (size + 0.65))));
  return 1 / (fraction * ROOT_TWO_PI);
}

function polynomial(coefficients: readonly number[], at: number): number {
  return coefficients.reduce((sum, coefficient) => sum * at + coefficient, 0);
}

function toFloat({ digits, scale }: Decimal): number {
  return parseFloat(`${digits}e-${scale}`);
}

/** Rounded to the places, and never outside 0 to the spot. */
function fromFloat(value: number, spot: Decimal): Decimal {
  const rounded = decimalOf(BigInt(Math.round(value * 10 ** PLACES)), PLACES);
  if (rounded.digits < 0n) return decimalOf(0n, 0);
  return subtractDecimals(spot, rounded).digits < 0n ? spot : rounded;
}
