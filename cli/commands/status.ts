import { existsSync } from 'node:fs';
import { systemClock } from '../../base/clock.ts';
import { kubeconfigCredentials } from '../../runtime/client/kubeconfig.ts';
import type { ComponentName } from '../cluster/process.ts';
import { runningPid, supervisionOf } from '../cluster/process.ts';
import { nodeReadiness, serverReady } from '../cluster/readiness.ts';
import type { Supervision } from '../cluster/supervisor.ts';
import { exitText } from '../cluster/supervisor.ts';
import { parseOptions } from '../config/options.ts';
import { clusterOptions, layoutFor, loadSettings } from '../config/settings.ts';

export interface ComponentState {
  readonly pid: number | undefined;
  readonly supervised: boolean;
  readonly supervision: Supervision | undefined;
  /** Told of a component that runs, after its pid. */
  readonly more: string;
  /** In milliseconds since the epoch. */
  readonly now: number;
}

/** Describes a component: whether it runs, how often it was started again, how it ended last, when the next try is. */
export function componentText({ pid, supervised, supervision, more, now }: ComponentState): string {
  const seconds = Math.floor(now / 1000);
  const last = supervision && `${exitText(supervision.status)}, ${Math.max(0, seconds - supervision.endedAt)} s ago`;
  if (pid !== undefined) {
    const restarts = supervision ? `; started again ${supervision.restarts} times, last end: ${last}` : '';
    return `pid ${pid}${more}${supervised ? restarts : `; no supervisor: 'skiff stop' and 'skiff up' give it one`}`;
  }
  if (!supervised || !supervision) return 'not running';
  return `ended (${last}) for the ${supervision.restarts}. time; next try in ${Math.max(0, supervision.nextAt - seconds)} s`;
}

export async function run(args: readonly string[]): Promise<number> {
  const parsed = parseOptions('status', 'Says what runs and whether it is ready. Exits 0 when the API server and a node are.', clusterOptions, args);
  if (!parsed) return 0;
  const layout = layoutFor(parsed.options);
  if (!existsSync(layout.settings)) {
    console.log(`there is no cluster in ${layout.dataDir}; 'skiff up' starts one`);
    return 1;
  }
  const settings = loadSettings(layout);
  const pids = Object.fromEntries(
    await Promise.all((['server', 'agent', 'etcd'] as const).map(async (name) => [name, await runningPid(layout, name)] as const)),
  );
  const line = (name: string, text: string) => console.log(`${`${name}:`.padEnd(12)}${text}`);
  line('data', layout.dataDir);
  line('store', settings.store);
  const admin = existsSync(layout.adminKubeconfig) ? await kubeconfigCredentials(layout.adminKubeconfig) : undefined;
  const ready = admin !== undefined && (await serverReady(admin).catch(() => false));
  const component = async (name: ComponentName, more = '') => {
    const supervisor = await runningPid(layout, `${name}.supervisor`);
    line(
      name,
      componentText({
        pid: pids[name],
        supervised: supervisor !== undefined,
        supervision: supervisionOf(layout, name),
        more,
        now: systemClock.now(),
      }),
    );
  };
  await component('server', ready ? `, ready at ${admin.server}` : ', not ready');
  if (settings.store === 'etcd') await component('etcd');
  await component('agent');
  const nodes = ready ? await nodeReadiness(admin).catch(() => undefined) : undefined;
  if (nodes) line('nodes', `${nodes.ready.length} of ${nodes.total} ready`);
  return nodes && nodes.ready.length > 0 ? 0 : 1;
}
