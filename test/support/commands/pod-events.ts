import type { Kubectl } from './kubectl.ts';

/** Returns a pod's events, oldest first, as in `Normal Started kubelet spec.containers{web}: Container started`. */
export async function podEvents(kubectl: Kubectl, pod: string): Promise<readonly string[]> {
  const list: {
    readonly items: readonly {
      readonly type: string;
      readonly reason: string;
      readonly message: string;
      readonly source: { readonly component: string };
      readonly firstTimestamp: string;
      readonly involvedObject: { readonly fieldPath?: string };
    }[];
  } = JSON.parse(await kubectl('get', 'events', '--field-selector', `involvedObject.name=${pod}`, '-o', 'json'));
  return [...list.items]
    .sort((a, b) => a.firstTimestamp.localeCompare(b.firstTimestamp))
    .map(({ type, reason, source, message, involvedObject }) =>
      [type, reason, source.component, `${involvedObject.fieldPath ? `${involvedObject.fieldPath}: ` : ''}${message}`].join(' '),
    );
}
