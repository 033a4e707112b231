import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const VERSION = 'credentialprovider.kubelet.k8s.io/v1';

/** A program that has a registry's password, for pods whose service account has an annotation. */
export interface InstalledProvider {
  /** Removed with the provider. */
  readonly directory: string;
  /** Options of `skiff agent`. */
  readonly agentArgs: readonly string[];
  readonly audience: string;
  readonly annotation: string;
}

/** Installs a provider for the images below `private/` of a registry, as an administrator does: a program and its configuration. */
export function installCredentialProvider(registry: string, user: { readonly name: string; readonly password: string }): InstalledProvider {
  const directory = mkdtempSync(join(tmpdir(), 'skiff-provider-'));
  const [audience, annotation] = ['registry', 'tests.skiff.dev/pull-as'];
  const response = {
    kind: 'CredentialProviderResponse',
    apiVersion: VERSION,
    cacheKeyType: 'Registry',
    cacheDuration: '1m',
    auth: { [registry]: { username: user.name, password: user.password } },
  };
  const wanted = `"serviceAccountAnnotations":{"${annotation}":"${user.name}"}`;
  const program = [
    '#!/bin/sh',
    'request=$(cat)',
    `case $request in *'"serviceAccountToken":"'*'${wanted}'*) ;; *) echo "for whom? $request" >&2; exit 1 ;; esac`,
    `echo '${JSON.stringify(response)}'`,
  ];
  writeFileSync(join(directory, 'tests-provider'), `${program.join('\n')}\n`, { mode: 0o700 });
  const configuration = {
    apiVersion: 'kubelet.config.k8s.io/v1',
    kind: 'CredentialProviderConfig',
    providers: [
      {
        name: 'tests-provider',
        apiVersion: VERSION,
        matchImages: [`${registry}/private`],
        defaultCacheDuration: '1m',
        tokenAttributes: {
          serviceAccountTokenAudience: audience,
          cacheType: 'ServiceAccount',
          requireServiceAccount: true,
          requiredServiceAccountAnnotationKeys: [annotation],
        },
      },
    ],
  };
  const file = join(directory, 'providers.yaml');
  writeFileSync(file, JSON.stringify(configuration));
  return {
    directory,
    agentArgs: [`--image-credential-provider-config=${file}`, `--image-credential-provider-bin-dir=${directory}`],
    audience,
    annotation,
  };
}
