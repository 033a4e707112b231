import { imageRepository } from '../../api/pod/image/image-reference.ts';

/** Kubelet's values of imagePullCredentialsVerificationPolicy. */
export const VERIFICATION_POLICIES = ['NeverVerify', 'NeverVerifyPreloadedImages', 'NeverVerifyAllowlistedImages', 'AlwaysVerify'] as const;

/** Which images of the node need credentials of the pod that uses them, under the names of kubelet's configuration. */
export interface ImageVerification {
  readonly policy: (typeof VERIFICATION_POLICIES)[number];
  /** Repositories, or prefixes that end in `/*`, for the policy NeverVerifyAllowlistedImages. */
  readonly allowlist: readonly string[];
}

export const IMAGE_VERIFICATION_DEFAULTS: ImageVerification = { policy: 'NeverVerifyPreloadedImages', allowlist: [] };

/** Returns whether a pod needs credentials for an image that is present. `pulledHere`: the agent, or an earlier one, has pulled it. */
export function needsCredentials({ policy, allowlist }: ImageVerification, image: string, pulledHere: boolean): boolean {
  switch (policy) {
    case 'NeverVerify':
      return false;
    case 'NeverVerifyPreloadedImages':
      return pulledHere;
    case 'NeverVerifyAllowlistedImages': {
      const repository = imageRepository(image) ?? image;
      return !allowlist.some((pattern) => (pattern.endsWith('/*') ? repository.startsWith(pattern.slice(0, -1)) : repository === pattern));
    }
    case 'AlwaysVerify':
      return true;
  }
}

/** Says what is wrong with a pattern of the allowlist, in kubelet's words; undefined if it is right. */
export function allowlistProblem(pattern: string): string | undefined {
  if (pattern !== pattern.trim()) return `leading/trailing spaces are not allowed: ${pattern}`;
  const isWildcard = pattern.endsWith('/*');
  const prefix = isWildcard ? pattern.slice(0, -1) : pattern;
  if (prefix === '') return `the supplied pattern is too short: ${pattern}`;
  if (prefix.includes('*')) return `not a valid wildcard pattern, only patterns ending with '/*' are allowed: ${pattern}`;
  if (isWildcard) return prefix === '/' ? 'at least registry hostname is required' : undefined;
  const repository = imageRepository(pattern);
  if (repository === undefined) return 'failed to parse as an image name: invalid reference format';
  return repository === pattern ? undefined : `neither tag nor digest is accepted in an image reference: ${pattern}`;
}
