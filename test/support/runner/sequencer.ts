import { createRequire } from 'node:module';

interface Test {
  readonly path: string;
}
interface Sequencer {
  sort(tests: Test[]): Test[];
}

const require = createRequire(import.meta.url);
const { default: JestSequencer }: { readonly default: new (options: unknown) => Sequencer } = require('@jest/test-sequencer');

/** These need the image of the controllers, which is built while the other end-to-end tests run. */
const NEED_IMAGES = ['/test/e2e/second-home.test.ts'];
const needsImages = ({ path }: Test): number => Number(NEED_IMAGES.some((end) => path.endsWith(end)));

/** Orders files as jest does, those that took longest first, but leaves for the end those that would wait for images. */
class ImagesLast extends JestSequencer {
  override sort(tests: Test[]): Test[] {
    return [...super.sort(tests)].sort((a, b) => needsImages(a) - needsImages(b));
  }
}

// biome-ignore lint/style/noDefaultExport: jest takes the default export of a sequencer's file.
export default ImagesLast;
