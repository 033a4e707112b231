import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { canRunContainers } from '../test/support/cluster/real-cluster.ts';
import { clientTools } from '../test/support/commands/client-tools.ts';
import { testImageArchive } from '../test/support/image/test-image.ts';

/**
 * Runs the suites: test.ts [SUITE...]
 * Prints 'N passed, N failed, N skipped' last. Exits 1 if a test failed, or if a suite ran no test or not all of its files.
 */
// End-to-end tests wait more than they compute and have a network of their own: they run beside the others, which follow one another, quick ones first.
const lanes = [['e2e'], ['unit', 'contract', 'integration']];
const suites = lanes.flat();

/**
 * Processes of a suite; the others use every processor. Clusters in the tests' own processes have ports of their own, so two files run at once. Nodes
 * with real containers share links and nft tables: one file at a time.
 */
const workers: Readonly<Record<string, string>> = { integration: '--maxWorkers=2', e2e: '--runInBand' };
/**
 * The niceness of the end-to-end tests: they go first. They decide how long all take, and leave the processors to the others while they wait; what the
 * others compute can be computed at any moment.
 */
const E2E_NICENESS = -2;
/** The files of a process share its modules; one that has grown by what they left is replaced. */
const MEMORY_LIMIT = '--workerIdleMemoryLimit=1000MB';
/** Of Node. A larger young generation saves a sixth of the time, which went into its collection (measured on the unit tests). */
const NODE_FLAGS = ['--no-warnings', '--max-semi-space-size=32'];

interface Outcome {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTotalTests: number;
  /** Of the files that were found; the other three count those that came to an end. */
  readonly numTotalTestSuites: number;
  readonly numPassedTestSuites: number;
  readonly numFailedTestSuites: number;
  readonly numPendingTestSuites: number;
}

/** Tells whether tests ran, and whether each file did that was found: one whose process ended leaves no other trace. */
function isComplete(outcome: Outcome): boolean {
  const ended = outcome.numPassedTestSuites + outcome.numFailedTestSuites + outcome.numPendingTestSuites;
  return outcome.numTotalTests > 0 && ended === outcome.numTotalTestSuites;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !suites.includes(name));
if (unknown.length > 0) {
  console.error(`no such suite: ${unknown.join(', ')}; there are ${suites.join(', ')}`);
  process.exit(2);
}

const directory = mkdtempSync(join(tmpdir(), 'skiff-test-'));

/** Runs one suite to its end. Returns whether it is good, and its counts. */
async function run(suite: string): Promise<{ readonly ok: boolean; readonly outcome: Outcome | undefined }> {
  const report = join(directory, `${suite}.json`);
  const args = ['node_modules/jest/bin/jest.js', '--selectProjects', suite, '--json', '--outputFile', report];
  args.push(workers[suite] ?? '--maxWorkers=100%', MEMORY_LIMIT);
  const jest = [process.execPath, ...NODE_FLAGS, ...args];
  // A cluster of the user's may run on this machine, so real containers get a network namespace of their own.
  const [command = '', ...rest] = suite === 'e2e' && canRunContainers ? ['sh', 'scripts/own-network.sh', ...jest] : jest;
  const images = suite === 'e2e' && canRunContainers ? buildImages() : undefined;
  const status = await new Promise<number>((resolve) => {
    const child = spawn(command, rest, { stdio: ['ignore', 'ignore', 'inherit'] });
    if (suite === 'e2e') goFirst(child);
    child.on('exit', (code) => resolve(code ?? 1));
  });
  await images;
  try {
    const outcome: Outcome = JSON.parse(readFileSync(report, 'utf8'));
    if (!isComplete(outcome)) console.error(`${suite}: not all of its files ran`);
    return { ok: status === 0 && isComplete(outcome), outcome };
  } catch {
    console.error(`${suite}: the suite did not finish`);
    return { ok: false, outcome: undefined };
  }
}

/** Raises the priority of a process that was just started, and so of those that it will start, if this user may. */
function goFirst({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, E2E_NICENESS);
  } catch {
    // Then all take a little longer.
  }
}

/**
 * Prepares what end-to-end tests cannot fetch from their network: tools and images. Resolves when all is there; the test that needs the image of the
 * controllers waits for it (`build-images.sh` holds a lock). A failure is told here, and fails the tests that need the image.
 */
function buildImages(): Promise<void> {
  clientTools();
  clientTools('helm3');
  testImageArchive();
  const building = spawn('sh', ['scripts/build-images.sh', 'controllers'], { stdio: ['ignore', 'ignore', 'inherit'] });
  return new Promise((resolve) => building.on('exit', () => resolve()));
}

const total = { passed: 0, failed: 0, skipped: 0 };
let ok = true;
async function runLane(lane: readonly string[]): Promise<void> {
  for (const suite of lane.filter((name) => wanted.length === 0 || wanted.includes(name))) {
    const result = await run(suite);
    total.passed += result.outcome?.numPassedTests ?? 0;
    total.failed += result.outcome?.numFailedTests ?? 1;
    total.skipped += result.outcome?.numPendingTests ?? 0;
    ok &&= result.ok;
  }
}
await Promise.all(lanes.map(runLane));
rmSync(directory, { recursive: true, force: true });
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(ok ? 0 : 1);
