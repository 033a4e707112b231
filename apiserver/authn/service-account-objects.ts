import type { Kind } from '../../api/definition/kind.ts';
import { nodes } from '../../api/kinds/core/node/index.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import type { Secret } from '../../api/kinds/core/secret.ts';
import { secrets } from '../../api/kinds/core/secret.ts';
import { serviceAccounts } from '../../api/kinds/core/service-account.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import type { Remarks } from '../contract/authenticator.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import { sameText } from './same-text.ts';
import type { KubernetesClaims, LegacyClaims, Reference } from './service-account-claims.ts';

/** A terminating object counts this long past its deletion time (jwt.DefaultLeeway). */
export const LEEWAY_MS = 60_000;

const INVALIDATED = 'service account token has been invalidated';
/** Marks a secret whose token the legacy-token cleaner has taken out of use. */
const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since';

type Objects = Pick<StorageAccess, 'get'>;

const isDeleted = (object: Live<KubeObject>, now: number): boolean => {
  const { deletionTimestamp } = object.metadata;
  return deletionTimestamp !== undefined && Date.parse(deletionTimestamp) < now - LEEWAY_MS;
};

interface Bound {
  readonly kind: Kind;
  readonly namespace: string;
  readonly reference: Reference | undefined;
  readonly mismatch: (actual: string, claimed: string) => string;
}

/**
 * Returns the reason why a token no longer counts because of the objects that it is bound to: the service account and the pod, secret or
 * node must exist with the same UIDs (pkg/serviceaccount/claims.go, Validate). Undefined if it counts.
 */
export function invalidity(claims: KubernetesClaims, objects: Objects, now: number): string | undefined {
  const { namespace, serviceaccount, pod, secret, node } = claims;
  const account = objects.get(serviceAccounts, { namespace, name: serviceaccount.name });
  if (!account) return `serviceaccounts ${JSON.stringify(serviceaccount.name)} not found`;
  if (isDeleted(account, now)) return `service account ${namespace}/${serviceaccount.name} has been deleted`;
  if (account.metadata.uid !== serviceaccount.uid) {
    return `service account UID (${account.metadata.uid}) does not match claim (${serviceaccount.uid})`;
  }
  const bounds: readonly Bound[] = [
    {
      kind: secrets,
      namespace,
      reference: secret,
      mismatch: (uid, of) => `secret UID (${uid}) does not match service account secret ref claim (${of})`,
    },
    { kind: pods, namespace, reference: pod, mismatch: (uid, of) => `pod UID (${uid}) does not match service account pod ref claim (${of})` },
    {
      kind: nodes,
      namespace: '',
      reference: pod ? undefined : node,
      mismatch: (uid, of) => `node UID (${uid}) does not match service account node ref claim (${of})`,
    },
  ];
  for (const { kind, namespace: place, reference, mismatch } of bounds) {
    if (!reference) continue;
    const object = objects.get(kind, { namespace: place, name: reference.name });
    if (!object || isDeleted(object, now)) return INVALIDATED;
    if (object.metadata.uid !== reference.uid) return mismatch(object.metadata.uid, reference.uid);
  }
  return undefined;
}

/**
 * Returns the secret of a legacy token, or the reason why the token no longer counts (pkg/serviceaccount/legacy.go, Validate): it must be the
 * one that stands in its secret, and the service account must be the same.
 */
export function legacySecretOf(token: string, claims: LegacyClaims, objects: Objects, remarks: Remarks | undefined): Live<Secret> | string {
  const { namespace, account, secret: name } = claims;
  const secret = objects.get(secrets, { namespace, name });
  if (!secret || secret.metadata.deletionTimestamp !== undefined) return INVALIDATED;
  const stored = Buffer.from(secret.data?.token ?? '', 'base64').toString();
  if (!sameText(stored, token)) return "service account token does not match server's copy";
  const there = objects.get(serviceAccounts, { namespace, name: account.name });
  if (!there) return `serviceaccounts ${JSON.stringify(account.name)} not found`;
  if (there.metadata.deletionTimestamp !== undefined) return `service account ${namespace}/${account.name} has been deleted`;
  if (there.metadata.uid !== account.uid) return `service account UID (${there.metadata.uid}) does not match claim (${account.uid})`;
  if (secret.metadata.labels?.[INVALID_SINCE]) {
    remarks?.annotate('authentication.k8s.io/legacy-token-invalidated', `${name}/${namespace}`);
    return (
      `the token in secret ${namespace}/${name} for service account ${namespace}/${account.name} has been marked invalid. ` +
      'Use tokens from the TokenRequest API or manually created secret-based tokens, or remove the ' +
      `'${INVALID_SINCE}' label from the secret to temporarily allow use of this token`
    );
  }
  const generated = there.secrets?.some((reference) => reference.name === name) ?? false;
  remarks?.annotate(`authentication.k8s.io/legacy-token-${generated ? 'autogenerated' : 'manual'}-secret`, name);
  if (generated) {
    remarks?.warnings.push(
      'Use tokens from the TokenRequest API or manually created secret-based tokens instead of auto-generated secret-based tokens.',
    );
  }
  return secret;
}
