import { describe, expect, it } from '@jest/globals';
import { matchesRepository } from './registry-credentials.ts';

describe('a pattern of repositories', () => {
  it.each<[string, string, boolean]>([
    ['reg.io', 'reg.io/a', true],
    ['*.reg.io', 'eu.reg.io/a', true],
    ['*.reg.io', 'a.eu.reg.io/a', false],
    ['*.*.reg.io', 'a.eu.reg.io/a', true],
    ['*.dkr.ecr.*.amazonaws.com', '1.dkr.ecr.eu-west-1.amazonaws.com/app', true],
    ['reg.io:5000', 'reg.io:5000/a', true],
    ['reg.io', 'reg.io:5000/a', false],
    ['*.io:5000', 'reg.io:5001/a', false],
    ['reg.io/team', 'reg.io/team/a', true],
    ['reg.io/team', 'reg.io/teams', true],
    ['reg.io/team/', 'reg.io/other/a', false],
    ['docker.io', 'docker.io/library/nginx', true],
    ['*', 'localhost/a', true],
    ['*', 'reg.io/a', false],
  ])('%s with %s: %s', (pattern, repository, matches) => expect(matchesRepository(pattern, repository)).toBe(matches));
});
