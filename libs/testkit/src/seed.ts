/** The seed of every property test: a failure is found again by its path alone. */
export const SEED = 20260718;
