import type { Registry } from 'prom-client';
import { Gauge } from 'prom-client';

/** Registers kubelet's metric of plugins (pkg/kubelet/pluginmanager/metrics). @param sockets returns whether each has registered, by its path */
export function pluginMetrics(registry: Registry, sockets: () => Iterable<readonly [path: string, isRegistered: boolean]>): void {
  new Gauge({
    name: 'plugin_manager_total_plugins',
    help: 'Plugins by their sockets: those that are there, and those that have registered.',
    labelNames: ['socket_path', 'state'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const [socket_path, isRegistered] of sockets()) {
        this.set({ socket_path, state: 'desired_state_of_world' }, 1);
        if (isRegistered) this.set({ socket_path, state: 'actual_state_of_world' }, 1);
      }
    },
  });
}
