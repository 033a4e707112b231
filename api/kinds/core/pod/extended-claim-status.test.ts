import { expect, it } from '@jest/globals';
import type { FieldError } from '../../../schema/field-error.ts';
import { fieldErrorText } from '../../../schema/field-error.ts';
import { checkExtendedClaimStatus } from './extended-claim-status.ts';
import type { PodExtendedResourceClaimStatus } from './schema.ts';

const spec = { containers: [{ name: 'main', resources: { requests: { 'example.com/gpu': '1' } } }] };
const mapping = { containerName: 'main', resourceName: 'example.com/gpu', requestName: 'container-0-request-0' };
const PATH = 'status.extendedResourceClaimStatus';

it.each<[string, PodExtendedResourceClaimStatus | undefined, readonly unknown[]]>([
  ['may be missing', undefined, []],
  ['maps requests to resources', { resourceClaimName: 'c', requestMappings: [mapping] }, []],
  [
    'is not empty',
    { resourceClaimName: '', requestMappings: [] },
    [`${PATH}.requestMappings: Required value: at least one request mapping is required`, `${PATH}.resourceClaimName: Required value`],
  ],
  [
    'names containers and resources of the pod',
    {
      resourceClaimName: 'c',
      requestMappings: [
        { ...mapping, containerName: 'other' },
        { ...mapping, resourceName: 'example.com/nic' },
      ],
    },
    [
      `${PATH}.requestMappings[0].containerName: Invalid value: "other": must match the name of an entry in spec.initContainers.name or spec.containers.name`,
      `${PATH}.requestMappings[1].resourceName: Invalid value: "example.com/nic": must match the extended resource name of an entry in spec.initContainers.resources.requests or spec.containers.resources.requests`,
    ],
  ],
  [
    'says nothing twice',
    { resourceClaimName: 'c', requestMappings: [mapping, mapping] },
    ['containerName', 'resourceName', 'requestName'].map((field) => expect.stringContaining(`requestMappings[1].${field}: Duplicate value`)),
  ],
])('the claim for extended resources %s', (_, status, expected) => {
  const errors: FieldError[] = [];
  checkExtendedClaimStatus(errors, status, spec);
  expect(errors.map(fieldErrorText)).toEqual(expected);
});
