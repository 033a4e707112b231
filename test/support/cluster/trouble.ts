import { listedKinds } from '../../../controllers/_shared/served-kinds.ts';
import { homeControllers } from '../../../controllers/index.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import type { ControllersCluster } from './controllers-cluster.ts';
import { storedKinds } from './controllers-cluster.ts';

/** Returns every controller twice, as when two leaders are at work. */
export function twoOfEach(): ControllerDefinition[] {
  const all = () => homeControllers({ served: listedKinds(storedKinds), rootCaPem: 'PEM' });
  return [...all(), ...all().map((definition) => ({ ...definition, name: `${definition.name}-2` }))];
}

/** Waits for a test that is under way while controllers end in the middle and others begin, up to `times` times. */
export async function whileRestarting(cluster: ControllersCluster, living: Promise<void>, times = 8): Promise<void> {
  let isRunning = true;
  const restarts = (async () => {
    for (let count = 0; isRunning && count < times; count++) {
      await new Promise((resolve) => setTimeout(resolve, 30));
      await cluster.restartControllers();
    }
  })();
  try {
    await living;
  } finally {
    isRunning = false;
    await restarts;
  }
}
