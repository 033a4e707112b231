import type { Container, ContainerRestartRule } from './container.ts';

/** The spec of a pod, as far as it decides on restarts. */
export interface RestartSpec {
  readonly restartPolicy?: string | undefined;
  readonly containers?: readonly Container[] | undefined;
  readonly initContainers?: readonly Container[] | undefined;
}

/** The first rule of the container that is for the exit code (KEP-5307). Rules are in force only beside a restart policy of the container's own. */
export function matchingRestartRule(container: Container, exitCode: number): ContainerRestartRule | undefined {
  if (container.restartPolicy === undefined) return undefined;
  return container.restartPolicyRules?.find(({ exitCodes }) => {
    const isListed = exitCodes?.values?.includes(exitCode) ?? false;
    return exitCodes?.operator === 'In' ? isListed : exitCodes?.operator === 'NotIn' && !isListed;
  });
}

/** Whether an exit with this code restarts all containers of the pod (KEP-5532). */
export const restartsAllAfter = (container: Container, exitCode: number): boolean =>
  matchingRestartRule(container, exitCode)?.action === 'RestartAllContainers';

/** Whether a container that exited with this code is started again: by its rules, otherwise by its own policy, otherwise by the pod's. */
export function restartsAfter(container: Container, { restartPolicy }: RestartSpec, exitCode: number): boolean {
  if (matchingRestartRule(container, exitCode)) return true;
  const policy = container.restartPolicy ?? restartPolicy ?? 'Always';
  return policy === 'OnFailure' ? exitCode !== 0 : policy !== 'Never';
}

const hasRestartOfAll = ({ restartPolicyRules }: Container): boolean =>
  restartPolicyRules?.some(({ action }) => action === 'RestartAllContainers') ?? false;

/** Whether some exit of one of its containers restarts all containers of the pod. */
export const mayRestartAll = ({ containers, initContainers }: RestartSpec): boolean =>
  (containers?.some(hasRestartOfAll) || initContainers?.some(hasRestartOfAll)) ?? false;
