import { timingSafeEqual } from 'node:crypto';
import type { Secret } from '../../api/kinds/core/secret.ts';
import { secrets } from '../../api/kinds/core/secret.ts';
import type { UserInfo } from '../contract/request.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import { BOOTSTRAPPERS } from './groups.ts';

export const BOOTSTRAP_TOKEN = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const EXTRA_GROUP = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;

const decoded = (secret: Secret, name: string): string => Buffer.from(secret.data?.[name] ?? '', 'base64').toString();

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

/**
 * The user of a bootstrap token `id.secret`, kept in Secret kube-system/bootstrap-token-ID
 * (https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/). Returns undefined if there is no such token, it has expired, or
 * it is not meant for authentication.
 */
export function userOfBootstrapToken(token: string, objects: Pick<StorageAccess, 'get'>, now: number): UserInfo | undefined {
  const match = BOOTSTRAP_TOKEN.exec(token);
  if (!match) return undefined;
  const [, id = '', secretPart = ''] = match;
  const secret = objects.get(secrets, { namespace: 'kube-system', name: `bootstrap-token-${id}` });
  if (!secret || secret.metadata.deletionTimestamp || secret.type !== 'bootstrap.kubernetes.io/token') return undefined;
  if (decoded(secret, 'token-id') !== id || !sameText(decoded(secret, 'token-secret'), secretPart)) return undefined;
  const expiration = decoded(secret, 'expiration');
  if (expiration !== '' && !(Date.parse(expiration) > now)) return undefined;
  if (decoded(secret, 'usage-bootstrap-authentication') !== 'true') return undefined;
  const extra = decoded(secret, 'auth-extra-groups').split(',');
  const groups = extra.map((group) => group.trim()).filter((group) => group !== '');
  if (!groups.every((group) => EXTRA_GROUP.test(group))) return undefined;
  return { name: `system:bootstrap:${id}`, groups: [BOOTSTRAPPERS, ...groups] };
}
