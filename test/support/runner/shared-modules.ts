import { createRequire, enableCompileCache, registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../checkout.ts';
import { setGlobals } from './globals.ts';

/** The parts of jest's runtime by which jest-circus loads itself and a test file. */
interface Loader {
  setGlobalsForRuntime: typeof setGlobals;
  requireInternalModule(path: string): unknown;
  unstable_shouldLoadAsEsm(path: string): boolean;
  unstable_importModule(path: string): Promise<unknown>;
}

type TestRunner = (
  globalConfig: unknown,
  config: unknown,
  environment: { readonly global: { readonly console: Console } },
  runtime: Loader,
  testPath: string,
  sendMessageToJest: unknown,
) => Promise<unknown>;

const require = createRequire(import.meta.url);
const { default: circus }: { readonly default: TestRunner } = require('jest-circus/runner');

enableCompileCache(join(ROOT, 'node_modules', '.cache', 'tests'));
const globals = new URL('globals.ts', import.meta.url).href;
registerHooks({ resolve: (specifier, context, next) => next(specifier === '@jest/globals' ? globals : specifier, context) });

/**
 * Runs a test file by jest-circus, jest's own runner of a file, with Node's own modules instead of jest's: the files of a process share them. Jest
 * loads, links and compiles all of skiff anew in a context per file, which took most of the time of the unit tests.
 *
 * Files must not rely on modules of their own, and jest cannot replace a module. The environment's variables and the console are set back after each
 * file. All else is jest's: finding files, processes, time limits, reports.
 */
const run: TestRunner = (globalConfig, config, environment, runtime, testPath, sendMessageToJest) => {
  const loader: Loader = {
    setGlobalsForRuntime: setGlobals,
    requireInternalModule: requireAnew,
    unstable_shouldLoadAsEsm: () => true,
    unstable_importModule: (path) => import(pathToFileURL(path).href),
  };
  const { console } = globalThis;
  const variables = { ...process.env };
  globalThis.console = environment.global.console;
  // Not awaited: this function would stand in the stack of each failure.
  return circus(globalConfig, config, environment, Object.assign(runtime, loader), testPath, sendMessageToJest).finally(() => {
    globalThis.console = console;
    for (const name of Object.keys(process.env)) if (!(name in variables)) delete process.env[name];
    Object.assign(process.env, variables);
  });
};

// biome-ignore lint/style/noDefaultExport: jest takes the default export of a runner's file.
export default run;

/** Loads the state of jest-circus, which belongs to one file, anew; what it imports is shared. */
function requireAnew(path: string): unknown {
  delete require.cache[path];
  Reflect.deleteProperty(globalThis, Symbol.for('EVENT_HANDLERS'));
  return require(path);
}
