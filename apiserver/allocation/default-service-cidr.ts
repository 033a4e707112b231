import type { ServiceCIDR } from '../../api/kinds/networking/service-cidr.ts';
import { DEFAULT_SERVICE_CIDR_NAME, SERVICE_CIDR_READY, serviceCidrs } from '../../api/kinds/networking/service-cidr.ts';
import type { Live } from '../../api/meta/object.ts';
import { isAlreadyExists } from '../../api/meta/status-error.ts';
import type { Clock } from '../../base/clock.ts';
import { timeText } from '../../base/clock.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { ControllerDefinition } from '../../runtime/control/controller.ts';
import type { EventRecorder } from '../../runtime/observe/event-recorder.ts';
import type { StorageAccess } from '../contract/storage-access.ts';

const NAME = 'kubernetes-service-cidr-controller';
const KEY = { namespace: '', name: DEFAULT_SERVICE_CIDR_NAME };
const PERIOD_MS = 10_000;

export interface DefaultServiceCidrOptions {
  readonly objects: StorageAccess;
  readonly clock: Clock;
  /** The range that the server is configured with. */
  readonly cidr: string;
}

/** Makes the ServiceCIDR `kubernetes` and marks it ready; reads the cache only if it is there. */
export async function ensureDefaultServiceCidr(client: Client, { objects, clock, cidr }: DefaultServiceCidrOptions): Promise<void> {
  const there = objects.get(serviceCidrs, KEY) ?? (await created(client, objects, cidr));
  if (!there || there.metadata.deletionTimestamp || readyOf(there) || !isOf(there, cidr)) return;
  const condition = {
    type: SERVICE_CIDR_READY,
    status: 'True',
    reason: '',
    message: 'Kubernetes default Service CIDR is ready',
    lastTransitionTime: timeText(clock.now()),
  };
  const body = { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata: { name: KEY.name }, status: { conditions: [condition] } };
  await client.patch(serviceCidrs, KEY, { type: 'apply', body, force: true }, { subresource: 'status', fieldManager: NAME });
}

async function created(client: Client, objects: StorageAccess, cidr: string): Promise<Live<ServiceCIDR> | undefined> {
  try {
    return await client.create(serviceCidrs, { metadata: { name: KEY.name }, spec: { cidrs: [cidr] } });
  } catch (error) {
    // Another server was faster.
    if (!isAlreadyExists(error)) throw error;
    return objects.get(serviceCidrs, KEY);
  }
}

const isOf = ({ spec }: Live<ServiceCIDR>, cidr: string): boolean => spec?.cidrs?.length === 1 && spec.cidrs[0] === cidr;
const readyOf = ({ status }: Live<ServiceCIDR>) =>
  status?.conditions?.find((condition) => condition.type === SERVICE_CIDR_READY && condition.status !== 'Unknown');

/**
 * Keeps the ServiceCIDR `kubernetes`: makes it anew if it is gone, and says in an event, once, if it is not what the server is configured with
 * or not ready (upstream's pkg/controlplane/controller/defaultservicecidr). It never changes one that is there.
 */
export const defaultServiceCidrController = (options: DefaultServiceCidrOptions): ControllerDefinition => ({
  name: NAME,
  component: NAME,
  concurrency: 1,
  setup({ client, enqueue, recorder }) {
    const told = new Set<string>();
    const tellOnce = (object: Live<ServiceCIDR>, reason: string, message: string) => {
      if (!told.has(reason)) recorder.event(typed(object), 'Warning', reason, message);
      told.add(reason);
    };
    enqueue(KEY, { afterMs: PERIOD_MS });
    return {
      async reconcile() {
        const there = options.objects.get(serviceCidrs, KEY);
        if (there && !there.metadata.deletionTimestamp) tellFaults(there, options.cidr, tellOnce);
        await orTold(ensureDefaultServiceCidr(client, options), recorder, there);
        return { requeueAfterMs: PERIOD_MS };
      },
    };
  },
});

const typed = (object: Live<ServiceCIDR>) => ({ ...object, apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR' });

function tellFaults(there: Live<ServiceCIDR>, cidr: string, tell: (object: Live<ServiceCIDR>, reason: string, message: string) => void): void {
  if (!isOf(there, cidr)) {
    const ranges = `[${(there.spec?.cidrs ?? []).join(' ')}]`;
    tell(
      there,
      'KubernetesDefaultServiceCIDRInconsistent',
      `The default ServiceCIDR ${ranges} does not match the controller flag configurations [${cidr}]`,
    );
    return;
  }
  const ready = readyOf(there);
  if (ready?.status === 'False') tell(there, ready.reason, `Configuration matches, but ${ready.message}`);
}

async function orTold(ensured: Promise<void>, recorder: EventRecorder, there: Live<ServiceCIDR> | undefined): Promise<void> {
  try {
    await ensured;
  } catch (error) {
    if (there) {
      recorder.event(typed(there), 'Warning', 'KubernetesDefaultServiceCIDRError', 'The default ServiceCIDR Status can not be set to Ready=True');
    }
    throw error;
  }
}
