import { describe, expect, it } from '@jest/globals';
import { parseMountTable } from '../host/mount-table.ts';
import { isRootShared } from './shared-mounts.ts';

describe('the root of a mount namespace', () => {
  it.each([
    ['shared, as systemd makes it', '25 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw', true],
    ['shared and a slave, as one made by unshare in a shared one', '25 1 8:1 / / rw shared:9 master:1 - ext4 /dev/sda1 rw', true],
    ['a slave', '25 1 8:1 / / rw master:1 - ext4 /dev/sda1 rw', false],
    ['private', '25 1 8:1 / / rw - ext4 /dev/sda1 rw', false],
    ['private below a shared mount', '25 1 8:1 / / rw - ext4 /dev/sda1 rw\n26 25 0:5 / /dev rw shared:2 - devtmpfs dev rw', false],
    ['hidden by a shared one', '25 1 8:1 / / rw - ext4 /dev/sda1 rw\n30 25 8:2 / / rw shared:3 - ext4 /dev/sdb1 rw', true],
  ])('may be %s', (_what, table, expected) => expect(isRootShared(parseMountTable(table))).toBe(expected));
});
