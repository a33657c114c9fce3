import type { ExactProblem } from './exact/exact-problem.js';

/**
 * The same rooms as `roomOf` finds, kept as plain numbers: a round asks for the room of every
 * candidate, and only of those that were clipped for the name of the cap.
 */
export interface Rooms {
  /** How much the candidate of this index can still take, 0 or more. */
  roomBps(index: number): number;
  take(index: number, grantBps: number): void;
}

/** Starts with every cap untouched. */
export function createRooms({ items, protocols, exoticLimitBps }: ExactProblem): Rooms {
  const own = items.map(({ limitBps }) => limitBps);
  const byProtocol = protocols.map(({ limitBps }) => limitBps);
  let exotic = exoticLimitBps;
  return {
    roomBps: (index) => {
      const item = items[index];
      if (item === undefined) return 0;
      const room = Math.min(own[index] ?? 0, byProtocol[item.protocol] ?? 0);
      return Math.max(0, item.exotic ? Math.min(room, exotic) : room);
    },
    take: (index, grantBps) => {
      const item = items[index];
      if (item === undefined) return;
      own[index] = (own[index] ?? 0) - grantBps;
      byProtocol[item.protocol] = (byProtocol[item.protocol] ?? 0) - grantBps;
      if (item.exotic) exotic -= grantBps;
    },
  };
}
