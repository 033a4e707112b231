import { existsSync } from 'node:fs';
import { kubeconfigCredentials } from '../../runtime/client/kubeconfig.ts';
import { runningPid } from '../cluster/process.ts';
import { nodeReadiness, serverReady } from '../cluster/readiness.ts';
import { layoutOf } from '../config/data-dir.ts';
import { parseOptions } from '../config/options.ts';
import { dataDirOption, loadSettings } from '../config/settings.ts';

export async function run(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(
    'status',
    'Says what runs and whether it is ready. Exits 0 when the API server and a node are.',
    { 'data-dir': dataDirOption },
    args,
  );
  if (!parsed) return 0;
  const layout = layoutOf(parsed.options['data-dir']);
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
  line('server', pids.server === undefined ? 'not running' : `pid ${pids.server}, ${ready ? `ready at ${admin.server}` : 'not ready'}`);
  if (settings.store === 'etcd') line('etcd', pids.etcd === undefined ? 'not running' : `pid ${pids.etcd}`);
  line('agent', pids.agent === undefined ? 'not running' : `pid ${pids.agent}`);
  const nodes = ready ? await nodeReadiness(admin).catch(() => undefined) : undefined;
  if (nodes) line('nodes', `${nodes.ready.length} of ${nodes.total} ready`);
  return nodes && nodes.ready.length > 0 ? 0 : 1;
}
