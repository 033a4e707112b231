import type { Registry } from 'prom-client';
import { Gauge } from 'prom-client';
import { oncePer } from '../../base/once-per.ts';

/** Sets which controllers a manager runs: all of them from the call on, none from the call of the returned function on. */
export const showRunning = (registry: Registry, manager: string, controllers: readonly string[]): (() => void) => {
  const set = (value: 0 | 1) => {
    for (const name of controllers) runningControllers(registry).set({ name, manager }, value);
  };
  set(1);
  return () => set(0);
};

/** Returns component-base's metric of controllers, made once per registry. */
const runningControllers = oncePer(
  (registry: Registry) =>
    new Gauge({
      registers: [registry],
      name: 'running_managed_controllers',
      help: 'Whether a controller runs in this process.',
      labelNames: ['name', 'manager'],
    }),
);
