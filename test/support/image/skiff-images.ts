import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../checkout.ts';

/**
 * Returns the archive of the Dockerfile's target `controllers`, built from the checkout as it is. It is kept until a source changes; building it
 * needs the network, which tests in a network namespace of their own do not have: `scripts/test.ts` builds it before.
 */
export function controllersImageArchive(): string {
  return execFileSync('sh', [join(ROOT, 'scripts', 'build-images.sh'), 'controllers'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
}
