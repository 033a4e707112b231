import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { addContext, clusterOf, overwritten, refreshContext, removeContext } from './user-kubeconfig.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'skiff-kubeconfig-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const file = (name: string) => join(directory, name);

function adminOf(server: string, token = 't'): string {
  const path = file(`admin-${new URL(server).port}.conf`);
  const config = { clusters: [{ name: 'skiff', cluster: { server } }], users: [{ name: 'skiff', user: { token } }] };
  writeFileSync(path, JSON.stringify(config));
  return path;
}

const OTHER = `apiVersion: v1
kind: Config
clusters: [{name: work, cluster: {server: "https://work:6443"}}]
users: [{name: me, user: {token: x}}]
contexts: [{name: work, context: {cluster: work, user: me}}]
current-context: work
`;

describe("the user's kubeconfig", () => {
  it('gets the context skiff as the current one, and keeps all others', () => {
    writeFileSync(file('config'), OTHER);
    addContext(adminOf('https://127.0.0.1:6443'), 'skiff', file('config'));
    const config = parse(readFileSync(file('config'), 'utf8'));
    expect(config['current-context']).toBe('skiff');
    expect(config.contexts.map(({ name }: { name: string }) => name)).toEqual(['work', 'skiff']);
    expect(config.clusters[1]).toEqual({ name: 'skiff', cluster: { server: 'https://127.0.0.1:6443' } });
  });

  it('is as it was after the context is taken back', () => {
    const admin = adminOf('https://127.0.0.1:6443');
    writeFileSync(file('config'), OTHER);
    addContext(admin, 'skiff', file('config'));
    removeContext(clusterOf(admin), file('config'));
    expect(parse(readFileSync(file('config'), 'utf8'))).toEqual({ ...parse(OTHER), 'current-context': '' });
  });

  it('is gone again where there was none', () => {
    const admin = adminOf('https://127.0.0.1:6443');
    addContext(admin, 'skiff', file('config'));
    removeContext(clusterOf(admin), file('config'));
    expect(existsSync(file('config'))).toBe(false);
  });

  it('keeps the context of another cluster than the one that goes', () => {
    addContext(adminOf('https://127.0.0.1:6443'), 'skiff', file('config'));
    removeContext(clusterOf(adminOf('https://127.0.0.1:7443')), file('config'));
    removeContext(clusterOf(file('no-such-file')), file('config'));
    expect(parse(readFileSync(file('config'), 'utf8'))['current-context']).toBe('skiff');
  });

  it('has clusters of several names side by side, and loses one alone', () => {
    const [first, second] = [adminOf('https://127.0.0.1:6443'), adminOf('https://127.0.0.1:7443')];
    addContext(first, 'skiff', file('config'));
    addContext(second, 'two', file('config'));
    const names = () => parse(readFileSync(file('config'), 'utf8')).contexts.map(({ name }: { name: string }) => name);
    expect(names()).toEqual(['skiff', 'two']);
    removeContext(clusterOf(second), file('config'));
    expect(names()).toEqual(['skiff']);
  });

  it('tells whose context a name would overwrite', () => {
    const [first, second] = [adminOf('https://127.0.0.1:6443'), adminOf('https://127.0.0.1:7443')];
    expect(overwritten(first, 'skiff', file('config'))).toBeUndefined();
    addContext(first, 'skiff', file('config'));
    expect(overwritten(first, 'skiff', file('config'))).toBeUndefined();
    expect(overwritten(second, 'skiff', file('config'))).toBe('https://127.0.0.1:6443');
    expect(overwritten(second, 'two', file('config'))).toBeUndefined();
  });

  it('gets renewed credentials, and only these', () => {
    writeFileSync(file('config'), OTHER);
    addContext(adminOf('https://127.0.0.1:6443'), 'skiff', file('config'));
    const before = parse(readFileSync(file('config'), 'utf8'));
    writeFileSync(file('config'), JSON.stringify({ ...before, 'current-context': 'work' }));
    const renewed = adminOf('https://127.0.0.1:6443', 'renewed');
    expect(refreshContext(renewed, file('config'))).toBe('skiff');
    const users = [before.users[0], { name: 'skiff', user: { token: 'renewed' } }];
    expect(parse(readFileSync(file('config'), 'utf8'))).toEqual({ ...before, users, 'current-context': 'work' });
    expect(refreshContext(renewed, file('config'))).toBeUndefined();
  });

  it.each([
    ['of another cluster', () => addContext(adminOf('https://127.0.0.1:7443'), 'skiff', file('config'))],
    ['that is empty', () => writeFileSync(file('config'), '')],
    ['that has other contexts only', () => writeFileSync(file('config'), OTHER)],
    ['that is not there', () => {}],
  ])('%s keeps what it has when credentials are renewed', (_, prepare) => {
    prepare();
    const text = () => (existsSync(file('config')) ? readFileSync(file('config'), 'utf8') : undefined);
    const before = text();
    expect(refreshContext(adminOf('https://127.0.0.1:6443', 'renewed'), file('config'))).toBeUndefined();
    expect(text()).toBe(before);
  });
});
