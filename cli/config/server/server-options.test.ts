import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SIGNING_ALGORITHMS } from '../../../apiserver/authn/oidc/issuer.ts';
import { createCertificateAuthority, issueClientCertificate } from '../../../base/x509/certificate-authority.ts';
import { parseOptions } from '../options.ts';
import { aggregationOptions, aggregationSettings } from './aggregation.ts';
import { auditOptions, auditSettings } from './audit.ts';
import { AUTHENTICATION_DEFAULTS, authenticationOptions, authenticationSettings } from './authentication.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'skiff-options-'));
  const write = (name: string, text: string) => writeFileSync(join(directory, name), text);
  write('tokens.csv', 't,ann,1\n');
  write('bad.csv', 't,ann\n');
  write('policy.yaml', 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n');
  write('authentication.yaml', 'apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\nanonymous: {enabled: false}\n');
  write('broken.yaml', 'a: [1');
  write('empty.pem', '');
});
afterAll(() => rmSync(directory, { recursive: true }));

/** The arguments, `@NAME` replaced by a file's path. */
const located = (args: readonly string[]) => args.map((arg) => (arg.startsWith('@') ? join(directory, arg.slice(1)) : arg));

async function authentication(...args: string[]) {
  const parsed = parseOptions('server', '', authenticationOptions, located(args));
  if (!parsed) throw new Error('help was asked for');
  return authenticationSettings(parsed.options, () => {});
}
async function audit(...args: string[]) {
  const parsed = parseOptions('server', '', auditOptions, located(args));
  if (!parsed) throw new Error('help was asked for');
  return auditSettings(parsed.options);
}

async function aggregation(...args: string[]) {
  const parsed = parseOptions('server', '', aggregationOptions, located(args));
  if (!parsed) throw new Error('help was asked for');
  return aggregationSettings(parsed.options);
}

describe('options for aggregation', () => {
  const pair = (certificate: string, key: string) => aggregation('--proxy-client-cert-file', certificate, '--proxy-client-key-file', key);

  it('call the endpoints of services and refuse redirects, unless they say otherwise', async () => {
    expect(await aggregation()).toEqual({ toEndpoints: true, rejectRedirects: true });
    expect(await aggregation('--enable-aggregator-routing=false', '--aggregator-reject-forwarding-redirect=false')).toEqual({
      toEndpoints: false,
      rejectRedirects: false,
    });
  });

  it('take a certificate with its key', async () => {
    const now = Date.now();
    const ca = await createCertificateAuthority('ca', { now });
    const [one, other] = await Promise.all([1, 2].map(() => issueClientCertificate(ca, { commonName: 'front-proxy-client' }, { now })));
    if (!one || !other) throw new Error('both are made');
    for (const [name, text] of [
      ['one.crt', one.certificate],
      ['one.key', one.key],
      ['other.key', other.key],
    ] as const)
      writeFileSync(join(directory, name), text);
    expect((await pair('@one.crt', '@one.key')).identity).toEqual(one);
    await expect(pair('@one.crt', '@other.key')).rejects.toThrow(/--proxy-client-key-file is not the key of the certificate/);
    await expect(pair('@empty.pem', '@one.key')).rejects.toThrow(/--proxy-client-cert-file, --proxy-client-key-file: .*give PEM files/);
    await expect(aggregation('--proxy-client-cert-file', '@one.crt')).rejects.toThrow(/belong together/);
  });
});

describe('options for authentication', () => {
  it('have the defaults of a server that is started without any', async () => {
    const { serviceAccount, ...settings } = await authentication();
    const { serviceAccount: standard, ...defaults } = AUTHENTICATION_DEFAULTS;
    expect(settings).toEqual(defaults);
    expect(serviceAccount).toEqual({ ...standard, policy: { extend: true } });
  });

  it('are written as upstream’s', async () => {
    const settings = await authentication(
      ...['--requestheader-allowed-names=a,b', '--requestheader-username-headers', 'X-A,X-B', '--requestheader-uid-headers=X-Uid'],
      ...['--service-account-issuer=https://a', '--service-account-issuer=https://b', '--service-account-extend-token-expiration=false'],
      ...['--service-account-max-token-expiration=24h', '--anonymous-auth=true', '--token-auth-file', '@tokens.csv'],
    );
    expect(settings.requestHeader).toMatchObject({ allowedNames: ['a', 'b'], usernameHeaders: ['X-A', 'X-B'], uidHeaders: ['X-Uid'] });
    expect(settings.serviceAccount).toEqual({
      issuers: ['https://a', 'https://b'],
      apiAudiences: ['https://a', 'https://b'],
      keys: [],
      policy: { extend: false, maxSeconds: 86_400 },
    });
    expect(settings.anonymous).toBe('all');
    expect(settings.staticTokens?.size).toBe(1);
  });

  it('describe an OpenID Connect issuer', async () => {
    const URL_AND_CLIENT = ['--oidc-issuer-url=https://id.example', '--oidc-client-id=skiff'];
    const [plain] = (await authentication(...URL_AND_CLIENT)).oidcIssuers;
    expect(plain).toEqual({
      url: 'https://id.example',
      audiences: ['skiff'],
      signingAlgorithms: ['RS256'],
      username: { claim: 'sub', prefix: 'https://id.example#' },
      requiredClaims: [],
    });
    const [full] = (
      await authentication(
        ...URL_AND_CLIENT,
        ...['--oidc-username-claim=email', '--oidc-groups-claim=roles', '--oidc-groups-prefix=g:'],
        ...['--oidc-required-claim=a=b=c', '--oidc-required-claim', 'd=', `--oidc-signing-algs=${SIGNING_ALGORITHMS.join(',')}`],
      )
    ).oidcIssuers;
    expect(full).toMatchObject({
      signingAlgorithms: [...SIGNING_ALGORITHMS],
      username: { claim: 'email', prefix: '' },
      groups: { claim: 'roles', prefix: 'g:' },
      requiredClaims: [
        ['a', 'b=c'],
        ['d', ''],
      ],
    });
    expect((await authentication(...URL_AND_CLIENT, '--oidc-username-prefix=-')).oidcIssuers[0]?.username).toMatchObject({ prefix: '' });
  });

  it.each<[string, string[]]>([
    ['--anonymous-auth maybe: must be true or false', ['--anonymous-auth=maybe']],
    ['ENOENT', ['--token-auth-file', '@tokens']],
    ['bad.csv: token file, line 1, column 6: must have at least 3 columns', ['--token-auth-file', '@bad.csv']],
    ['empty.pem: the file: there is no certificate in it', ['--requestheader-client-ca-file', '@empty.pem']],
    ['empty.pem: there is no key in it', ['--service-account-key-file', '@empty.pem']],
    ['--service-account-signing-key-file', ['--service-account-signing-key-file', '@empty.pem']],
    ['must be between 1 hour and 2^32 seconds', ['--service-account-max-token-expiration=5m']],
    ['must be specified together', ['--oidc-issuer-url=https://id.example']],
    ['must be specified together', ['--oidc-groups-claim=x']],
    ['--oidc-issuer-url http://id.example: must be an https URL', ['--oidc-issuer-url=http://id.example', '--oidc-client-id=a']],
    ['--oidc-required-claim x: must be CLAIM=VALUE', ['--oidc-issuer-url=https://a', '--oidc-client-id=a', '--oidc-required-claim=x']],
    ['--oidc-signing-algs none', ['--oidc-issuer-url=https://a', '--oidc-client-id=a', '--oidc-signing-algs=none']],
    ['mutually exclusive', ['--authentication-config', '@authentication.yaml', '--oidc-issuer-url=https://a', '--oidc-client-id=a']],
    ['--anonymous-auth cannot be set', ['--authentication-config', '@authentication.yaml', '--anonymous-auth=true']],
    ['broken.yaml: ', ['--authentication-config', '@broken.yaml']],
    ['policy.yaml: apiVersion: Invalid option', ['--authentication-config', '@policy.yaml']],
  ])('are refused with "%s"', async (message, args) => {
    await expect(authentication(...args)).rejects.toThrow(message);
  });
});

describe('options for audit', () => {
  it('record nothing unless they say so', async () => {
    expect(await audit()).toBeUndefined();
  });

  it('say what is recorded, and where', async () => {
    const args = ['--audit-log-maxsize=5', '--audit-log-maxage=2', '--audit-log-maxbackup=3', '--audit-log-compress=true'];
    expect(await audit('--audit-policy-file', '@policy.yaml', '--audit-log-path=/var/log/audit.log', ...args)).toMatchObject({
      policy: { rules: [{ level: 'Metadata' }] },
      log: { path: '/var/log/audit.log', maxBytes: 5 * 1024 * 1024, maxAgeDays: 2, maxBackups: 3, compress: true },
    });
  });

  it.each<[string, string[]]>([
    ['--audit-log-path needs --audit-policy-file', ['--audit-log-path=-']],
    ['--audit-policy-file needs --audit-log-path', ['--audit-policy-file', '@policy.yaml']],
    ['--audit-log-format legacy: must be json', ['--audit-log-format=legacy']],
    ['--audit-log-maxsize -1: must not be negative', ['--audit-log-maxsize=-1']],
    ['authentication.yaml: apiVersion: Invalid input', ['--audit-policy-file', '@authentication.yaml', '--audit-log-path=-']],
  ])('are refused with "%s"', async (message, args) => {
    await expect(audit(...args)).rejects.toThrow(message);
  });
});
