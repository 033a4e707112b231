import { describe, expect, it } from '@jest/globals';
import { kindsNamed, objectsNamed } from './resource-names.ts';

describe('the name of a kind', () => {
  it.each([
    ['deployment', ['skiff.dev/deployments', 'apps/deployments']],
    ['Deploy', ['skiff.dev/deployments', 'apps/deployments']],
    ['deployments.apps', ['apps/deployments']],
    ['deployments.v1.apps', ['apps/deployments']],
    ['deployments.skiff.dev', ['skiff.dev/deployments']],
    ['sdep', ['skiff.dev/deployments']],
    ['rc', ['skiff.dev/replicationcontrollers', '/replicationcontrollers']],
    ['ds', ['apps/daemonsets']],
  ])('%s means %j', (name, meant) => expect(kindsNamed(name).map(({ group, plural }) => `${group}/${plural}`)).toEqual(meant));

  it.each(['widgets', 'deployments.example.com', 'daemonsets.skiff.dev'])('%s is refused', (name) =>
    expect(() => kindsNamed(name)).toThrow(`the server doesn't have a resource type "${name}"`),
  );
});

describe('objects on a command line', () => {
  it.each([
    [['deployment/web'], ['deployment web']],
    [['deployment', 'web'], ['deployment web']],
    [
      ['sdep', 'a', 'b'],
      ['sdep a', 'sdep b'],
    ],
    [
      ['sdep/a', 'rs/b'],
      ['sdep a', 'rs b'],
    ],
  ])('%j', (args, meant) => expect(objectsNamed(args).map(({ type, name }) => `${type} ${name}`)).toEqual(meant));

  it.each([
    [[], /required resource not specified/],
    [['deployment'], /no name was specified/],
    [['deployment/web/x'], /more than one slash/],
    [['deployment', 'rs/web'], /there is no need to specify a resource type/],
  ])('%j is refused', (args, message) => expect(() => objectsNamed(args)).toThrow(message));
});
