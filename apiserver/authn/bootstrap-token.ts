import type { Secret } from '../../api/kinds/core/secret.ts';
import { secrets } from '../../api/kinds/core/secret.ts';
import type { UserInfo } from '../contract/request.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import { BOOTSTRAPPERS } from './groups.ts';
import { sameText } from './same-text.ts';

export const BOOTSTRAP_TOKEN = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const EXTRA_GROUP = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;
/** RFC 3339, as Go reads it. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:\d\d)$/;

const decoded = (secret: Secret, name: string): string => Buffer.from(secret.data?.[name] ?? '', 'base64').toString();

/** A time that cannot be read counts as past. */
const hasExpired = (expiration: string, now: number): boolean =>
  expiration !== '' && !(TIME.test(expiration) && Date.parse(expiration.replace(',', '.')) > now);

/** The further groups of a token; undefined if one is not a bootstrapper's. */
function extraGroups(secret: Secret): readonly string[] | undefined {
  const text = decoded(secret, 'auth-extra-groups');
  if (text === '') return [];
  const groups = [...new Set(text.split(',').map((group) => group.trim()))];
  return groups.every((group) => EXTRA_GROUP.test(group)) ? groups : undefined;
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
  if (!sameText(decoded(secret, 'token-secret'), secretPart) || decoded(secret, 'token-id') !== id) return undefined;
  if (hasExpired(decoded(secret, 'expiration'), now)) return undefined;
  if (decoded(secret, 'usage-bootstrap-authentication') !== 'true') return undefined;
  const groups = extraGroups(secret);
  return groups && { name: `system:bootstrap:${id}`, groups: [...groups, BOOTSTRAPPERS].sort() };
}
