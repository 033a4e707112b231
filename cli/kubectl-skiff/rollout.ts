import { sameTemplate } from '../../controllers/workloads/deployment/template.ts';
import type { JsonPatchOperation } from '../../runtime/client/client.ts';
import type { Revision } from './history.ts';
import { CHANGE_CAUSE, hasHistory, revisionsOf } from './history.ts';
import { podTemplateText } from './pod-template-text.ts';
import type { Session } from './session.ts';
import type { Target } from './workload.ts';
import { groupKind, nameOf } from './workload.ts';

const keyOf = ({ namespace }: Session, { object }: Target) => ({ namespace, name: object.metadata.name ?? '' });
const named = ({ kind, object }: Target): string => nameOf(kind, object.metadata.name);

/** Prints the revisions of a workload, or one of them in full. @throws Error in kubectl's words */
export async function printHistory(session: Session, target: Target, revision: number): Promise<void> {
  if (revision < 0) throw new Error(`revision must be a positive integer: ${revision}`);
  if (!hasHistory(target.kind)) throw new Error(`no history viewer has been implemented for "${groupKind(target.kind)}"`);
  const revisions = await revisionsOf(session, target);
  session.print(`${named(target)} ${revision > 0 ? `with revision #${revision}` : ''}\n${historyText(target, revisions, revision)}\n`);
}

function historyText({ kind }: Target, revisions: readonly Revision[], wanted: number): string {
  if (revisions.length === 0) return 'No rollout history found.';
  if (wanted > 0) {
    const found = revisions.find(({ number }) => number === wanted);
    if (!found) throw new Error('unable to find the specified revision');
    const { template, annotations } = found;
    // A Deployment's change cause stands with its template.
    const cause = kind.kind === 'Deployment' ? annotations[CHANGE_CAUSE] : undefined;
    const metadata = cause ? { ...template.metadata, annotations: { ...template.metadata?.annotations, [CHANGE_CAUSE]: cause } } : template.metadata;
    return podTemplateText({ ...template, metadata });
  }
  if (kind.kind === 'StatefulSet') return `REVISION\n${revisions.map(({ number }) => `${number}\n`).join('')}`;
  return `REVISION  CHANGE-CAUSE\n${revisions.map(({ number, annotations }) => `${String(number).padEnd(10)}${annotations[CHANGE_CAUSE] || NONE}\n`).join('')}`;
}
const NONE = '<none>';

/** Annotations that a rollback leaves as they are. */
const OWN_ANNOTATIONS: readonly string[] = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'deployment.kubernetes.io/revision',
  'deployment.kubernetes.io/revision-history',
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
];

/**
 * Puts the template of an earlier revision back.
 * @param to the revision; 0 for the last but one
 * @throws Error in kubectl's words, if there is none, or the workload is paused
 */
export async function undo(
  session: Session,
  target: Target,
  { to, dryRun }: { readonly to: number; readonly dryRun: 'none' | 'server' },
): Promise<void> {
  const { kind, object } = target;
  if (!hasHistory(kind)) throw new Error(`no rollbacker has been implemented for "${groupKind(kind)}"`);
  const revisions = await revisionsOf(session, target);
  const found = to === 0 ? revisions.at(-2) : revisions.find(({ number }) => number === to);
  if (!found) {
    if (to !== 0) throw new Error(`unable to find specified revision ${to} in history`);
    throw new Error(
      kind.kind === 'Deployment' ? `no rollout history found for deployment "${object.metadata.name}"` : 'no last revision to roll back to',
    );
  }
  if (object.spec?.paused) throw new Error("you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again");
  if (sameTemplate(found.template, object.spec?.template)) {
    session.print(`${named(target)} skipped rollback (current template already matches revision ${to})\n`);
    return;
  }
  const operations: JsonPatchOperation[] = [{ op: 'replace', path: '/spec/template', value: withoutHash(found.template) }];
  if (kind.kind === 'Deployment') operations.push({ op: 'add', path: '/metadata/annotations', value: rolledBackAnnotations(target, found) });
  await session.client.patch(
    kind,
    keyOf(session, target),
    { type: 'json', operations },
    { fieldManager: 'kubectl-rollout', dryRun: dryRun === 'server' },
  );
  session.print(`${named(target)} rolled back${dryRun === 'server' ? ' (server dry run)' : ''}\n`);
}

/** The template as the workload's owner wrote it: ReplicaSets add a label. */
function withoutHash(template: Revision['template']): Revision['template'] {
  const { 'pod-template-hash': _, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

function rolledBackAnnotations({ object }: Target, { annotations }: Revision): Readonly<Record<string, string>> {
  const own = Object.entries(object.metadata.annotations ?? {}).filter(([key]) => OWN_ANNOTATIONS.includes(key));
  return Object.fromEntries([...own, ...Object.entries(annotations).filter(([key]) => !OWN_ANNOTATIONS.includes(key))]);
}

/** Words an error about one object as kubectl's commands of several objects do. */
const objectError = ({ kind, object }: Target, message: string): Error =>
  new Error(`${kind.plural}${kind.group === '' ? '' : `.${kind.group}`} "${object.metadata.name}" ${message}`);

/** Pauses or resumes a Deployment. @throws Error in kubectl's words if it is so already */
export async function setPaused(session: Session, target: Target, paused: boolean): Promise<void> {
  const { kind, object } = target;
  if (kind.kind !== 'Deployment') throw objectError(target, `${paused ? 'pausing' : 'resuming'} is not supported`);
  if ((object.spec?.paused ?? false) === paused) throw objectError(target, paused ? 'is already paused' : 'is not paused');
  await session.client.patch(
    kind,
    keyOf(session, target),
    { type: 'merge', body: { spec: { paused: paused || null } } },
    { fieldManager: 'kubectl-rollout' },
  );
  session.print(`${named(target)} ${paused ? 'paused' : 'resumed'}\n`);
}

/** Replaces all pods of a workload, by an annotation of its template. @throws Error in kubectl's words if it is paused, or no such workload */
export async function restart(session: Session, target: Target): Promise<void> {
  const { kind, object } = target;
  if (!hasHistory(kind)) throw objectError(target, 'restarting is not supported');
  if (object.spec?.paused) throw objectError(target, "can't restart paused deployment (run rollout resume first)");
  const annotations = { 'kubectl.kubernetes.io/restartedAt': `${new Date(session.clock.now()).toISOString().slice(0, 19)}Z` };
  const body = { spec: { template: { metadata: { annotations } } } };
  await session.client.patch(kind, keyOf(session, target), { type: 'merge', body }, { fieldManager: 'kubectl-rollout' });
  session.print(`${named(target)} restarted\n`);
}
