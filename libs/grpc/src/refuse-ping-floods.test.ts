import { Server } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { createPingCounter, refusePingFloods } from './refuse-ping-floods.js';

/** Which of the pings at these times are a flood. */
function floods(times: readonly number[], openCalls = 0): readonly boolean[] {
  const counter = createPingCounter();
  for (let call = 0; call < openCalls; call += 1) counter.opened();
  return times.map((time) => counter.isFlood(time));
}

describe('createPingCounter', () => {
  it('lets an idle connection ping every 9 s for ever', () => {
    expect(floods(Array.from({ length: 100 }, (_, index) => index * 9000))).not.toContain(true);
  });

  it('forgives two early pings of an idle connection, not the third', () => {
    expect(floods([0, 8999, 17_998, 26_997])).toEqual([false, false, false, true]);
  });

  it('forgets strikes when a call starts', () => {
    const counter = createPingCounter();
    [0, 1, 2].forEach((time) => counter.isFlood(time));
    counter.opened();
    counter.closed();
    expect(counter.isFlood(3)).toBe(false);
  });

  it('lets a busy connection measure its bandwidth, up to 2000 pings a second', () => {
    const times = Array.from({ length: 2001 }, () => 0);
    const found = floods(times, 1);
    expect(found.indexOf(true)).toBe(2000);
    expect(floods([...times.slice(1), 1000], 1)).not.toContain(true);
  });
});

describe('refusePingFloods', () => {
  it('refuses a server that is not bound', () => {
    expect(() => refusePingFloods(new Server())).toThrow('grpc-js has bound HTTP/2 servers');
  });
});
