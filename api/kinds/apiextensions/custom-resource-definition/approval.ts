import { parseGoRequestUri } from '../../../../base/go-url.ts';
import type { CustomResourceDefinition } from './schema.ts';

export const APPROVAL_ANNOTATION = 'api-approved.kubernetes.io';

/** The approval by which a group of Kubernetes' own may be extended (KEP-2337). */
export interface Approval {
  readonly state: 'missing' | 'invalid' | 'approved' | 'bypassed';
  readonly reason: string;
}

/** Whether a group belongs to the Kubernetes community. */
export const isProtectedGroup = (group: string): boolean => /(?:^|\.)(?:k8s|kubernetes)\.io$/.test(group);

export function approvalOf(crd: CustomResourceDefinition): Approval {
  const value = crd.metadata?.annotations?.[APPROVAL_ANNOTATION] ?? '';
  const must = `protected groups must have approval annotation "${APPROVAL_ANNOTATION}"`;
  const hint = 'see https://github.com/kubernetes/enhancements/pull/1111';
  if (value === '') return { state: 'missing', reason: `${must}, ${hint}` };
  if (value.startsWith('unapproved')) return { state: 'bypassed', reason: `not approved: ${JSON.stringify(value)}` };
  const parsed = parseGoRequestUri(value);
  if (parsed.ok && parsed.url.scheme !== '' && parsed.url.host !== '') return { state: 'approved', reason: `approved in ${value}` };
  return { state: 'invalid', reason: `${must} with either a URL or a reason starting with "unapproved", ${hint}` };
}
