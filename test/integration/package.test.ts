import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT } from '../support/checkout.ts';
import { run } from '../support/commands/program.ts';

/** A user's project: the examples, with skiff installed by npm from the package that `npm pack` makes. */
let project: string;
/** The tools of the examples. They, and skiff's one dependency, come from the checkout: the registry is not asked. */
const TOOLS = ['@jest', '@kubernetes', '@swc', '@types', 'jest', 'typescript'];
const MEGABYTE = 1024 * 1024;
const installed = () => join(project, 'node_modules', 'skiff-kube');

/** Packs the bundle as it is, with new types, from a folder of its own: other tests run the programs in `dist/` meanwhile. */
function pack(): string {
  execFileSync('sh', [join(ROOT, 'scripts', 'prepare.sh'), 'build']);
  const folder = join(project, 'package');
  for (const name of ['package.json', 'README.md', 'LICENSE', 'crds', 'dist']) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  execFileSync(process.execPath, ['scripts/build-types.ts', join(folder, 'dist', 'types')], { cwd: ROOT });
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', project], { cwd: folder });
  rmSync(folder, { recursive: true });
  const [archive = ''] = readdirSync(project).filter((name) => name.endsWith('.tgz'));
  return join(project, archive);
}

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'skiff-package-'));
  const archive = pack();
  cpSync(join(ROOT, 'examples'), project, { recursive: true });
  const dependencies = { 'skiff-kube': `file:${archive}`, zod: `file:${join(ROOT, 'node_modules', 'zod')}` };
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'users', private: true, type: 'module', dependencies }));
  execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', '--silent', '--install-links'], { cwd: project });
  const [, documented = ''] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'docs', 'runtime.md'), 'utf8')) ?? [];
  writeFileSync(join(project, 'documented.ts'), documented);
  for (const name of TOOLS) symlinkSync(join(ROOT, 'node_modules', name), join(project, 'node_modules', name));
}, 180_000);
afterAll(() => rmSync(project, { recursive: true, force: true }));

const node = (...args: string[]) => run(process.execPath, args, { cwd: project, timeoutMs: 100_000, env: { NODE_OPTIONS: '', HOME: project } });

describe('the package, as a user installs it', () => {
  it('brings types with which the examples, and the controller in the documentation, compile strictly, declarations checked too', async () => {
    expect(await node('node_modules/typescript/bin/tsc', '--noEmit', '--skipLibCheck', 'false')).toMatchObject({ code: 0, stdout: '' });
  });

  it('refuses what does not fit its types', async () => {
    const wrong =
      "import { createManager } from 'skiff-kube/runtime';\nimport { pods } from 'skiff-kube/api';\ncreateManager({ controllers: [pods] });\n";
    writeFileSync(join(project, 'wrong.ts'), wrong);
    const { code, stdout } = await node('node_modules/typescript/bin/tsc', '--noEmit');
    rmSync(join(project, 'wrong.ts'));
    expect(code).not.toBe(0);
    expect(stdout).toMatch(/wrong\.ts\(3,\d+\): error TS/);
  });

  it('runs the tests of the examples: a controller of one’s own, and a manifest on a whole cluster', async () => {
    const { code, stderr } = await node('--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', '--rootDir', project);
    expect(stderr).toMatch(/Tests: +13 passed, 13 total/);
    expect(code).toBe(0);
  }, 180_000);

  it('runs the command, and the example’s program, which says what it lacks', async () => {
    expect(await node(join(installed(), 'dist', 'launch.mjs'), 'version')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^skiff \d/) });
    expect(await node('config-copies/main.ts')).toMatchObject({ code: 1, stderr: expect.stringMatching(/no cluster is configured/) });
  });

  it('says which Node it needs before it does anything else', async () => {
    const older = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } });";
    const on20 = ['--import', `data:text/javascript,${encodeURIComponent(older)}`];
    const needed = /skiff needs Node 24 or newer, and this is Node 20\.1\.0/;
    expect(await node(...on20, join(installed(), 'dist', 'launch.mjs'), 'up')).toMatchObject({ code: 1, stderr: expect.stringMatching(needed) });
    for (const entry of ['api', 'runtime', 'testing']) {
      const imported = await node(...on20, '--input-type=module', '-e', `await import('skiff-kube/${entry}');`);
      expect(imported).toMatchObject({ code: 1, stderr: expect.stringMatching(needed) });
    }
  });

  it('is small, needs zod alone, and brings no Node', () => {
    const packages = readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.') && !TOOLS.includes(name));
    expect(packages.sort()).toEqual(['skiff-kube', 'zod']);
    const manifest = JSON.parse(readFileSync(join(installed(), 'package.json'), 'utf8'));
    expect(Object.keys(manifest.dependencies)).toEqual(['zod']);
    expect(manifest).toMatchObject({ engines: { node: '>=24' }, peerDependenciesMeta: { '@kubernetes/client-node': { optional: true } } });
    expect(manifest.private).toBeUndefined();
    expect(manifest.optionalDependencies).toBeUndefined();
    const files = readdirSync(installed(), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const bytes = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
    expect(bytes).toBeLessThan(20 * MEGABYTE);
    expect(files.filter(({ name }) => name.endsWith('.map'))).toEqual([]);
  });

  it('brings the kinds for a stock cluster, and its licence', () => {
    for (const file of ['crds/skiff.dev_deployments.yaml', 'LICENSE']) expect(existsSync(join(installed(), file))).toBe(true);
  });
});
