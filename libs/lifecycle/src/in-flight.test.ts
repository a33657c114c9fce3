import { describe, expect, it } from 'vitest';
import { createInFlight } from './in-flight.js';

describe('createInFlight', () => {
  it('is drained at once when nothing runs', async () => {
    await expect(createInFlight().drain(0)).resolves.toBe(true);
  });

  it('drains when the last piece of work ends', async () => {
    const inFlight = createInFlight();
    const ends = [inFlight.begin(), inFlight.begin()];
    const drained = inFlight.drain(60_000);
    for (const end of ends) end();
    await expect(drained).resolves.toBe(true);
  });

  it('says when work is left after the time', async () => {
    const inFlight = createInFlight();
    inFlight.begin();
    await expect(inFlight.drain(1)).resolves.toBe(false);
    expect(inFlight.count).toBe(1);
  });

  it('counts an end once', () => {
    const inFlight = createInFlight();
    inFlight.begin();
    const end = inFlight.begin();
    end();
    end();
    expect(inFlight.count).toBe(1);
  });
});
