import { expect, it } from '@jest/globals';
import type { PodSpec } from '../../../api/pod/spec/pod-spec.ts';
import { aContainer, aPod } from '../../contract/pods.fixture.ts';
import { warnOfFeatures } from './feature-admission.ts';

const POD_RESIZE = 'InPlacePodLevelResourcesVerticalScaling';
const spec = (cpu: string): Partial<PodSpec> => ({
  resources: { requests: { cpu } },
  initContainers: [aContainer('i', { resources: { requests: { cpu } } })],
});
const both = 'InPlacePodLevelResourcesVerticalScaling, InPlacePodVerticalScalingInitContainers';

it.each<[string, Partial<PodSpec>, number, readonly string[], string | undefined]>([
  ['names all that is missing', spec('2'), 2, [], both],
  ['names only what is missing', spec('2'), 2, [POD_RESIZE], 'InPlacePodVerticalScalingInitContainers'],
  ['says nothing where the node has it all', spec('2'), 2, both.split(', '), undefined],
  ['says nothing if nothing changes that needs a feature', { ...spec('1'), activeDeadlineSeconds: 5 }, 2, [], undefined],
  ['says nothing of a change of the status', spec('2'), 1, [], undefined],
])('a warning of a change %s', (_sentence, now, generation, declaredFeatures, missing) => {
  const events: string[] = [];
  const node = {
    abilities: { supplementalGroupsPolicy: false, recursiveReadOnlyMounts: false, userNamespaces: false, appArmor: false, declaredFeatures },
    recorder: { event: (_object: object, type: string, reason: string, message: string) => void events.push(`${type} ${reason} ${message}`) },
  };
  warnOfFeatures(node, aPod(now, { generation }), aPod(spec('1'), { generation: 1 }));
  const expected = `Warning FailedNodeDeclaredFeaturesCheck Pod requires node features that are not available: ${missing}`;
  expect(events).toEqual(missing === undefined ? [] : [expected]);
});
