import { rules } from '../../api/cel/rules/loader.ts';
import type { Device } from '../../api/kinds/resource/device.ts';
import { createBoundedMap } from '../../base/bounded-map.ts';
import type { PoolDevice } from './pool.ts';

/** An expression that selects devices. */
export interface DeviceSelection {
  /** Why it does not compile. */
  readonly fault?: string;
  /** @throws Error with the reason if the evaluation fails */
  matches(device: PoolDevice): boolean;
}

/** Compiles expressions, and remembers which devices they select: a device never changes, its slice is replaced. */
export type DeviceSelections = (expression: string) => DeviceSelection;

const REMEMBERED = 100;

/** CEL must have been loaded (`loadRules`) before a selection is asked for. */
export function createDeviceSelections(): DeviceSelections {
  const known = createBoundedMap<DeviceSelection>(REMEMBERED);
  return (expression) => {
    let selection = known.get(expression);
    if (!selection) {
      selection = selectionOf(expression);
      known.set(expression, selection);
    }
    return selection;
  };
}

function selectionOf(expression: string): DeviceSelection {
  try {
    const matches = rules().deviceMatcher(expression);
    const answers = new WeakMap<Device, boolean>();
    return {
      matches({ device, slice }) {
        let answer = answers.get(device);
        if (answer === undefined) {
          const { allowMultipleAllocations, attributes, capacity } = device;
          answer = matches({ driver: slice.spec.driver, allowMultipleAllocations, attributes, capacity });
          answers.set(device, answer);
        }
        return answer;
      },
    };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error), matches: () => false };
  }
}
