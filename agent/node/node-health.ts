import type { ContainerRuntime } from '../contract/runtime.ts';

/** Asks the runtime why the node is not ready; empty if it is. Never rejects: a runtime that cannot be reached is a problem. */
export async function runtimeProblems(runtime: Pick<ContainerRuntime, 'conditions'>): Promise<readonly string[]> {
  try {
    const conditions = await runtime.conditions();
    return ['RuntimeReady', 'NetworkReady'].flatMap((type) => {
      const condition = conditions.find((candidate) => candidate.type === type);
      if (condition?.status) return [];
      const subject = type === 'RuntimeReady' ? 'container runtime not ready' : 'container runtime network not ready';
      return `${subject}: ${type}=false reason:${condition?.reason ?? ''} message:${condition?.message ?? ''}`;
    });
  } catch {
    return ['container runtime is down'];
  }
}
