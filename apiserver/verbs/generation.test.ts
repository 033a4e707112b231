import { describe, expect, it } from '@jest/globals';
import type { GenerationRule } from '../../api/definition/strategy.ts';
import { raisesGeneration } from './generation.ts';

const old = { metadata: { name: 'a', labels: { l: '1' }, annotations: { n: '1' } }, spec: { replicas: 1 }, status: { ready: 1 } };
const CHANGES = {
  spec: { ...old, spec: { replicas: 2 } },
  annotations: { ...old, metadata: { ...old.metadata, annotations: { n: '2' } } },
  labels: { ...old, metadata: { ...old.metadata, labels: {} } },
  status: { ...old, status: { ready: 2 } },
  nothing: structuredClone(old),
};

describe('the generation of an object', () => {
  it.each<[GenerationRule | undefined, (keyof typeof CHANGES)[]]>([
    ['content', ['spec']],
    ['content and annotations', ['spec', 'annotations']],
    ['content and labels', ['spec', 'labels']],
    ['content and status', ['spec', 'status']],
    ['nothing', []],
    [undefined, []],
  ])('is raised by %s', (rule, expected) => {
    const raising = Object.entries(CHANGES).filter(([, next]) => raisesGeneration(rule, next, old));
    expect(raising.map(([what]) => what)).toEqual(expected);
  });
});
