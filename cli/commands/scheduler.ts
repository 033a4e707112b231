import * as z from 'zod';
import { createScheduler } from '../../scheduler/index.ts';
import { runRemotePart } from '../cluster/remote-part.ts';
import { stopSignal } from '../cluster/signals.ts';
import { parseOptions } from '../config/options.ts';
import { remoteOptions } from '../config/remote-options.ts';
import { dataDirOption } from '../config/settings.ts';

const DEFAULT_NAME = 'default-scheduler';

const options = {
  ...remoteOptions('kube-scheduler', 10251),
  'scheduler-name': {
    schema: z.string().min(1, 'must be a name').default(DEFAULT_NAME),
    help: `binds the pods whose spec.schedulerName this is (default ${DEFAULT_NAME})`,
    value: 'NAME',
  },
  'data-dir': dataDirOption,
};

/** Runs the scheduler against any cluster, in place of kube-scheduler or, under a name of its own, beside it. */
export async function run(args: readonly string[]): Promise<number> {
  const parsed = parseOptions('scheduler', "Runs skiff's scheduler against any cluster, in place of kube-scheduler.", options, args);
  if (!parsed) return 0;
  const flags = parsed.options;
  const schedulerName = flags['scheduler-name'];
  await runRemotePart(
    {
      name: 'kube-scheduler',
      component: DEFAULT_NAME,
      flags,
      work: ({ events, ...term }, signal) => createScheduler({ ...term, recorder: events.recorder(schedulerName), schedulerName }).run(signal),
    },
    stopSignal(),
  );
  return 0;
}
