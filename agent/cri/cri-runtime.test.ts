import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from '@jest/globals';
import { runtimeContract } from '../runtime-contract.ts';
import { createCriRuntime } from './cri-runtime.ts';

/** A containerd with the pause image, a pod network and busybox. */
const socket = process.env.SKIFF_TEST_CONTAINERD;

if (socket) {
  runtimeContract('cri', async () => ({
    runtime: createCriRuntime(socket),
    image: 'docker.io/library/busybox:latest',
    logDirectory: mkdtempSync(join(tmpdir(), 'skiff-cri-')),
  }));
} else {
  describe('container runtime: cri', () => {
    it.skip('needs a containerd: set SKIFF_TEST_CONTAINERD to its socket', () => {});
  });
}
