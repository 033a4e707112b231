import { describe, expect, it } from '@jest/globals';
import type { Container } from '../../api/pod/container/container.ts';
import { extendedRequests } from './extended-claim.ts';

const GPU = 'example.com/gpu';
const NIC = 'example.com/nic';
const classes = new Map([
  [GPU, 'gpu'],
  [NIC, 'nic'],
]);
const container = (name: string, requests: Record<string, string>, restartPolicy?: 'Always'): Container => ({
  name,
  image: 'x',
  resources: { requests },
  ...(restartPolicy && { restartPolicy }),
});

/** The requests as `name=count class`, and the mappings as `container request`. */
function written(containers: Container[], initContainers: Container[] = []) {
  const { requests, mappings } = extendedRequests({ spec: { containers, initContainers } }, classes);
  return {
    requests: requests.map(({ name, exactly }) => `${name}=${exactly?.count} ${exactly?.deviceClassName}`),
    mappings: mappings.map(({ containerName, requestName }) => `${containerName} ${requestName}`),
  };
}

describe('the requests for extended resources', () => {
  it('are one for each container and resource, numbered by the names of its resources', () => {
    expect(written([container('a', { cpu: '1', [NIC]: '1', [GPU]: '2' }), container('b', { [GPU]: '1' })])).toEqual({
      requests: ['container-0-request-1=2 gpu', 'container-0-request-2=1 nic', 'container-1-request-0=1 gpu'],
      mappings: ['a container-0-request-1', 'b container-1-request-0', 'a container-0-request-2'],
    });
  });

  it('leave out containers that ask for none', () => {
    expect(written([container('a', { cpu: '1', [GPU]: '0' })])).toEqual({ requests: [], mappings: [] });
  });

  it('let an init container use the devices of those after it', () => {
    expect(written([container('a', { [GPU]: '2' })], [container('init', { [GPU]: '1' })])).toEqual({
      requests: ['container-1-request-0=2 gpu'],
      mappings: ['a container-1-request-0', 'init container-1-request-0'],
    });
  });

  it('add devices for the largest of the init containers, which all of them use', () => {
    expect(written([container('a', { [GPU]: '1' })], [container('i', { [GPU]: '2' }), container('j', { [GPU]: '4' })])).toEqual({
      requests: ['container-1-request-0=3 gpu', 'container-2-request-0=1 gpu'],
      mappings: [
        'a container-2-request-0',
        'i container-2-request-0',
        'i container-1-request-0',
        'j container-2-request-0',
        'j container-1-request-0',
      ],
    });
  });

  it('count a sidecar as a container that stays', () => {
    expect(written([container('a', { [GPU]: '1' })], [container('side', { [GPU]: '1' }, 'Always')])).toEqual({
      requests: ['container-0-request-0=1 gpu', 'container-1-request-0=1 gpu'],
      mappings: ['side container-0-request-0', 'a container-1-request-0'],
    });
  });
});
