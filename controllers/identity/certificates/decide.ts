import type { Kind } from '../../../api/definition/kind.ts';
import type { CertificateSigningRequest } from '../../../api/kinds/certificates/index.ts';
import { keyOf, type Live } from '../../../api/meta/object.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import { unlessGone } from '../../_shared/refusals.ts';

type Request = CertificateSigningRequest;

/** The condition of a request that is left to an administrator, with the reason in it. */
export const NOT_AUTO_APPROVED = 'NotAutoApproved';

/** Why a request is not approved without an administrator. */
export interface Hold {
  /** CamelCase. */
  readonly reason: string;
  readonly message: string;
}

/** Writes a condition in place of the one of its type, through the subresource `approval`. Resolves if the request is deleted by now. */
function writeCondition({ client }: ControllerEnv, kind: Kind<Request>, request: Live<Request>, type: string, why: Hold): Promise<unknown> {
  const others = (request.status?.conditions ?? []).filter((condition) => condition.type !== type);
  const condition = { type, status: 'True', ...why };
  const next = { ...request, status: { ...request.status, conditions: [...others, condition] } };
  return unlessGone(client.update(kind, next, { subresource: 'approval' }));
}

export const approve = (env: ControllerEnv, kind: Kind<Request>, request: Live<Request>, message: string): Promise<unknown> =>
  writeCondition(env, kind, request, 'Approved', { reason: 'AutoApproved', message });

/**
 * Leaves a request pending, and says why in a condition and an event, once per reason. An administrator may still approve or deny it.
 */
export async function hold(env: ControllerEnv, kind: Kind<Request>, request: Live<Request>, why: Hold): Promise<void> {
  const said = request.status?.conditions?.find(({ type }) => type === NOT_AUTO_APPROVED);
  if (said?.reason === why.reason && said.message === why.message) return;
  env.log.warn({ request: keyOf(request).name, user: request.spec.username, ...why }, 'a certificate is not approved automatically');
  env.recorder.event(request, 'Warning', why.reason, why.message);
  await writeCondition(env, kind, request, NOT_AUTO_APPROVED, why);
}
