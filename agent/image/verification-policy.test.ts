import { describe, expect, it } from '@jest/globals';
import type { ImageVerification } from './verification-policy.ts';
import { allowlistProblem, needsCredentials } from './verification-policy.ts';

const IMAGE = 'registry.example.com/team/web:1';
const ALLOWLIST = ['registry.example.com/team/web', 'registry.example.com:5000/open/*', 'busybox'];

describe('a pod needs credentials for an image that is present', () => {
  it.each<[ImageVerification['policy'], boolean, boolean]>([
    ['NeverVerify', true, false],
    ['NeverVerify', false, false],
    ['NeverVerifyPreloadedImages', true, true],
    ['NeverVerifyPreloadedImages', false, false],
    ['NeverVerifyAllowlistedImages', true, true],
    ['NeverVerifyAllowlistedImages', false, true],
    ['AlwaysVerify', true, true],
    ['AlwaysVerify', false, true],
  ])('by the policy %s, if the node has pulled it is %s: %s', (policy, pulledHere, needed) => {
    expect(needsCredentials({ policy, allowlist: [] }, IMAGE, pulledHere)).toBe(needed);
  });

  it.each([
    [IMAGE, false],
    [`registry.example.com/team/web@sha256:${'a'.repeat(64)}`, false],
    ['registry.example.com/team/website:1', true],
    ['registry.example.com:5000/open/a/b:1', false],
    ['registry.example.com:5000/opening/a', true],
    ['busybox', false],
    ['docker.io/library/busybox', true],
  ])('%s, unless the allowlist names it: %s', (image, needed) => {
    expect(needsCredentials({ policy: 'NeverVerifyAllowlistedImages', allowlist: ALLOWLIST }, image, true)).toBe(needed);
  });
});

describe('a pattern of the allowlist', () => {
  it.each([...ALLOWLIST, 'registry.example.com/*'])('may be %s', (pattern) => expect(allowlistProblem(pattern)).toBeUndefined());

  it.each([
    [' web', 'leading/trailing spaces are not allowed:  web'],
    ['', 'the supplied pattern is too short: '],
    ['registry.example.com/a*', "not a valid wildcard pattern, only patterns ending with '/*' are allowed: registry.example.com/a*"],
    ['*/web/*', "not a valid wildcard pattern, only patterns ending with '/*' are allowed: */web/*"],
    ['/*', 'at least registry hostname is required'],
    ['web:1', 'neither tag nor digest is accepted in an image reference: web:1'],
    ['UPPER', 'failed to parse as an image name: invalid reference format'],
  ])('may not be %j', (pattern, problem) => expect(allowlistProblem(pattern)).toBe(problem));
});
