import type { Backoff } from '../../base/backoff.ts';
import { createBackoff } from '../../base/backoff.ts';
import type { ControllerDefinition } from '../../runtime/control/controller.ts';
import { DONE } from '../../runtime/queue/result.ts';
import type { Claims } from './claims.ts';
import type { OpenApiFetch } from './openapi-fetch.ts';
import type { FetchedOpenApi, RemoteDocument, RemoteOpenApi, RemotePath } from './remote-openapi.ts';
import { ownKey } from './remote-openapi.ts';

const NAME = 'open_api_v3_aggregation_controller';
/** Upstream's times (k8s.io/kube-aggregator/pkg/controllers/openapiv3). */
const FIRST_LOOK_MS = 1_000;
const REFRESH_MS = 60_000;
const LONGEST_RETRY_MS = 3_600_000;

export interface OpenApiAggregation {
  readonly openApi: RemoteOpenApi;
  readonly controller: ControllerDefinition;
}

/** Keeps OpenAPI of other servers, for those that are available. What a server last said stays until it says otherwise or its claim is gone. */
export function remoteOpenApi(claims: Claims, fetch: () => Promise<OpenApiFetch>): OpenApiAggregation {
  const known = new Map<string, FetchedOpenApi>();
  let paths: ReadonlyMap<string, RemotePath> | undefined;
  let documents: readonly RemoteDocument[] | undefined;
  const changed = () => {
    paths = undefined;
    documents = undefined;
  };
  claims.onChange((name, claim) => {
    if (!claim && known.delete(name)) changed();
  });

  const isOwn = (key: string, { claim }: Pick<RemotePath, 'claim'>) => key === ownKey(claims.current?.get(claim));

  function allPaths(): ReadonlyMap<string, RemotePath> {
    const all = new Map<string, RemotePath>();
    for (const [claim, { v3 }] of known) for (const [key, path] of v3) if (!all.has(key) || isOwn(key, { claim })) all.set(key, { claim, ...path });
    return all;
  }

  function allDocuments(): readonly RemoteDocument[] {
    return [...known].flatMap(([name, { v2 }]) => {
      const claim = claims.current?.get(name);
      return claim && v2 ? [{ group: claim.group, version: claim.version, etag: v2.etag, document: v2.document }] : [];
    });
  }

  return {
    openApi: {
      isOwn,
      get paths() {
        paths ??= allPaths();
        return paths;
      },
      get documents() {
        documents ??= allDocuments();
        return documents;
      },
    },
    controller: {
      name: NAME,
      component: NAME,
      concurrency: 2,
      setup({ enqueue, log }) {
        const retries = new Map<string, Backoff>();
        const wake = (name: string) => enqueue({ namespace: '', name }, { afterMs: FIRST_LOOK_MS });
        claims.onChange((name, claim) => {
          retries.delete(name);
          if (claim) wake(name);
        });
        for (const name of claims.current?.keys() ?? []) wake(name);
        return {
          async reconcile({ name }) {
            const claim = claims.current?.get(name);
            // It is woken when the server is available.
            if (!claim?.isAvailable) return DONE;
            try {
              const before = known.get(name);
              const now = await (await fetch()).of(claim, before);
              if (now !== before && claims.current?.has(name)) {
                known.set(name, now);
                changed();
              }
              retries.delete(name);
              return { requeueAfterMs: REFRESH_MS };
            } catch (error) {
              const retry = retries.get(name) ?? createBackoff({ initialMs: REFRESH_MS, maxMs: LONGEST_RETRY_MS });
              retries.set(name, retry);
              const requeueAfterMs = retry.next();
              log.warn({ err: error, apiService: name, retryInMs: requeueAfterMs }, 'the OpenAPI of an APIService cannot be read');
              return { requeueAfterMs };
            }
          },
        };
      },
    },
  };
}
