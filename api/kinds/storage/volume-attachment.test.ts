import { describe, expect, it } from '@jest/globals';
import { createErrors, stored, updateErrors } from '../../definition/strategy.fixture.ts';
import type { VolumeAttachment } from './volume-attachment.ts';
import { volumeAttachments } from './volume-attachment.ts';

const { strategy } = volumeAttachments;
const spec = { attacher: 'd', nodeName: 'n', source: { persistentVolumeName: 'pv' } };

describe('a VolumeAttachment', () => {
  it.each<[string, Partial<VolumeAttachment['spec']>, string]>([
    ['names its attacher', { attacher: '' }, 'spec.attacher: Required value'],
    ['names a volume', { source: {} }, 'spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName'],
    ['names a node', { nodeName: 'Bad Name' }, 'spec.nodeName: Invalid value: "Bad Name"'],
  ])('%s', (...[, change, expected]) => {
    expect(createErrors(strategy, { spec: { ...spec, ...change } })).toEqual([expect.stringContaining(expected)]);
  });

  it('never changes, and begins detached', () => {
    const old = stored<VolumeAttachment>(strategy, { spec, status: { attached: true } });
    expect(old.status).toEqual({ attached: false });
    const errors = updateErrors(strategy, old, (next) => {
      next.spec.nodeName = 'm';
    });
    expect(errors).toEqual([expect.stringMatching(/^spec: Invalid value: .*: field is immutable$/)]);
  });
});
