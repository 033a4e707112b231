import { describe, expect, it } from '@jest/globals';
import { withShortPaths } from './mount-command.ts';

describe('the layers of an overlay', () => {
  it('are named from the directory that all of them are in', () => {
    const options = ['index=off', 'lowerdir=/snapshots/12/fs:/snapshots/3/fs', 'ro'];
    expect(withShortPaths(options)).toEqual({ directory: '/snapshots', options: ['index=off', 'lowerdir=12/fs:3/fs', 'ro'] });
  });

  it('keep their names where they are in several, or where there are none', () => {
    const apart = ['lowerdir=/one/12/fs:/two/3/fs'];
    expect(withShortPaths(apart)).toEqual({ directory: '/', options: apart });
    expect(withShortPaths(['rbind', 'ro'])).toEqual({ directory: '/', options: ['rbind', 'ro'] });
  });
});
