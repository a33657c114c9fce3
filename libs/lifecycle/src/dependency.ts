/** Something outside of the process that it cannot do its work without. */
export interface Dependency {
  /** `database`, `bus`. */
  readonly name: string;
  /** Whether it answers now; a rejection is a no. */
  isUp(): Promise<boolean>;
}

/** Asks again and again. One question is open at a time: what hangs is down until it answers. */
export interface DependencyProbe {
  readonly name: string;
  ask(): Promise<boolean>;
}

/** Asks a dependency with a limit of time for its answer. */
export function createProbe(dependency: Dependency, limitMs: number): DependencyProbe {
  let open: Promise<boolean> | undefined;
  return {
    name: dependency.name,
    ask: async () => {
      if (open !== undefined) return false;
      const answer = dependency
        .isUp()
        .catch(() => false)
        .finally(() => (open = undefined));
      open = answer;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<boolean>((resolve) => {
        timer = setTimeout(() => resolve(false), limitMs);
      });
      try {
        return await Promise.race([answer, late]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
