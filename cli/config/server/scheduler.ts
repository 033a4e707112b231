import type { SchedulerConfiguration } from '../../../scheduler/config/configuration.ts';
import type { ConfigurationFile } from '../../../scheduler/config/read-configuration.ts';
import { pathSchema } from './option-schemas.ts';

/** kube-scheduler's option for its configuration. */
export const schedulerOptions = {
  config: {
    schema: pathSchema,
    help: "the scheduler's profiles and plugins: a KubeSchedulerConfiguration of kubescheduler.config.k8s.io/v1",
    value: 'FILE',
  },
};

/** Reads a KubeSchedulerConfiguration. The reader is loaded only if it is needed. @throws UsageError naming option, file and field */
export async function configurationFile(path: string): Promise<ConfigurationFile> {
  const [{ parsedYaml }, { readConfiguration }] = await Promise.all([
    import('./text-files.ts'),
    import('../../../scheduler/config/read-configuration.ts'),
  ]);
  return parsedYaml('config', path, readConfiguration);
}

/**
 * Returns the configuration of the scheduler inside a server; undefined for the default one. What the file says of credentials and leader election
 * does not apply there: `warn` is told.
 */
export async function schedulerSettings(
  { config }: { readonly config?: string | undefined },
  warn: (message: string) => void,
): Promise<SchedulerConfiguration | undefined> {
  if (config === undefined) return undefined;
  const { configuration, kubeconfig, leaderElection } = await configurationFile(config);
  if (kubeconfig !== undefined || Object.keys(leaderElection).length > 0)
    warn(`--config ${config}: clientConnection and leaderElection do not apply to the scheduler inside the server`);
  return configuration;
}
