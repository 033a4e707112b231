import type { Kubectl } from './kubectl.ts';

/** Returns a pod's events, oldest first, as in `Normal Started kubelet spec.containers{web}: Container started`. */
export async function podEvents(kubectl: Kubectl, pod: string): Promise<readonly string[]> {
  const list: {
    readonly items: readonly {
      readonly type: string;
      readonly reason: string;
      readonly message: string;
      readonly source: { readonly component?: string };
      readonly reportingComponent: string;
      readonly firstTimestamp: string | null;
      readonly eventTime: string | null;
      readonly involvedObject: { readonly fieldPath?: string };
    }[];
  } = JSON.parse(await kubectl('get', 'events', '--field-selector', `involvedObject.name=${pod}`, '-o', 'json'));
  // The scheduler's events have a time in microseconds, the others in whole seconds: it comes first within its second, as in `kubectl describe`.
  const secondOf = ({ firstTimestamp, eventTime }: (typeof list.items)[number]) => (firstTimestamp ?? eventTime ?? '').slice(0, 19);
  const rank = ({ firstTimestamp }: (typeof list.items)[number]) => (firstTimestamp === null ? 0 : 1);
  return [...list.items]
    .sort((a, b) => secondOf(a).localeCompare(secondOf(b)) || rank(a) - rank(b))
    .map(({ type, reason, source, reportingComponent, message, involvedObject }) =>
      [type, reason, source.component ?? reportingComponent, `${involvedObject.fieldPath ? `${involvedObject.fieldPath}: ` : ''}${message}`].join(
        ' ',
      ),
    );
}
