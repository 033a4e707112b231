import type { ActionRecorder } from '../../runtime/observe/action-recorder.ts';
import type { Profiles } from '../plugins/profile.ts';
import { schedulerNameOf } from '../plugins/profile.ts';
import type { PodInfo } from '../state/pod-info.ts';

/** The event recorders of the profiles: the events of a pod are reported under the name of its scheduler. */
export interface Recorders {
  of(pod: PodInfo): ActionRecorder;
}

/** @param recorder makes the recorder of a component. */
export function createRecorders(profiles: Profiles, recorder: (component: string) => ActionRecorder): Recorders {
  const byName = new Map([...profiles.keys()].map((name) => [name, recorder(name)]));
  return {
    of({ pod }) {
      const name = schedulerNameOf(pod);
      const known = byName.get(name);
      if (!known) throw new Error(`profile not found for scheduler name ${JSON.stringify(name)}`);
      return known;
    },
  };
}
