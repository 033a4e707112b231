import type { StatusError } from '../../../api/meta/status-error.ts';
import { createBackoff } from '../../../base/backoff.ts';
import type { Clock } from '../../../base/clock.ts';
import { sleep } from '../../../base/clock.ts';
import { isObject } from '../../../base/json.ts';
import type { Credentials } from '../../../runtime/client/credentials.ts';
import { bodyText, createTransport, RequestTimeout } from '../../../runtime/client/http-transport.ts';
import { connectionErrorText } from '../../webhook/connection-error.ts';
import { responseError } from '../../webhook/response-error.ts';

export interface ImageReviewSpec {
  readonly containers?: readonly { readonly image?: string | undefined }[];
  /** Those of the pod whose key holds `.image-policy.k8s.io/`. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly namespace?: string;
}

export interface ImageReviewStatus {
  readonly allowed: boolean;
  readonly reason: string;
  readonly auditAnnotations: Readonly<Record<string, string>>;
}

/** Asks a webhook about images. @throws Error in client-go's words if it cannot be asked, or its answer is none. */
export type ImageReviewer = (spec: ImageReviewSpec, signal: AbortSignal) => Promise<ImageReviewStatus>;

const TYPE = { kind: 'ImageReview', apiVersion: 'imagepolicy.k8s.io/v1alpha1' };
const TIMEOUT_MS = 30_000;
/** k8s.io/apiserver/pkg/util/webhook, DefaultRetryBackoffWithInitialDelay. */
const TRIES = 5;
const BACKOFF = { factor: 1.5, jitter: 0.2, maxMs: Number.POSITIVE_INFINITY };

/** Whether upstream takes a failure for a passing trouble. */
const isPassing = ({ reason, code }: StatusError, retryAfter: string | undefined): boolean =>
  reason === 'InternalError' || code === 429 || code === 504 || retryAfter !== undefined;

/** A failure, and whether the next try may succeed. */
class ReviewError extends Error {
  override readonly name = 'ReviewError';
  readonly isPassing: boolean;

  constructor(message: string, isPassing: boolean) {
    super(message);
    this.isPassing = isPassing;
  }
}

/** Creates the reviewer that is the server of a kubeconfig. `retryMs` is the first delay between two tries. */
export function imageReviewer(credentials: Credentials, retryMs: number, clock: Clock): ImageReviewer {
  const send = createTransport(credentials, 'kube-apiserver', clock);
  const { hostname, pathname } = new URL(credentials.server);
  const path = pathname === '/' ? '/' : '';
  const posting = `Post ${JSON.stringify(`${credentials.server}${path}`)}`;

  async function review(spec: ImageReviewSpec, signal: AbortSignal): Promise<ImageReviewStatus> {
    const body = JSON.stringify({ ...TYPE, metadata: {}, spec, status: { allowed: false } });
    let answer: Awaited<ReturnType<typeof send>>;
    try {
      answer = await send({ method: 'POST', path, body, signal, timeoutMs: TIMEOUT_MS });
    } catch (error) {
      if (error instanceof RequestTimeout) throw new ReviewError(`${posting}: context deadline exceeded`, false);
      const why = error instanceof Error ? connectionErrorText(error, credentials.serverName ?? hostname) : String(error);
      throw new ReviewError(`${posting}: ${why}`, isObject(error) && error.code === 'ECONNRESET');
    }
    const text = await bodyText(answer);
    const { statusCode = 0, headers } = answer;
    const failed = responseError(statusCode, headers['content-type'], text);
    if (failed) throw new ReviewError(failed.message, isPassing(failed, headers['retry-after']));
    return statusIn(text);
  }

  return async (spec, signal) => {
    const backoff = createBackoff({ initialMs: retryMs, ...BACKOFF });
    for (let tries = 1; ; tries++) {
      try {
        return await review(spec, signal);
      } catch (error) {
        if (!(error instanceof ReviewError) || !error.isPassing || tries === TRIES || signal.aborted) throw error;
      }
      await sleep(clock, backoff.next(), signal);
    }
  };
}

function statusIn(text: string): ImageReviewStatus {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (error) {
    throw new ReviewError(`couldn't get version/kind; json parse error: ${error instanceof Error ? error.message : error}`, false);
  }
  if (!isObject(answer) || answer.kind !== TYPE.kind || answer.apiVersion !== TYPE.apiVersion) {
    throw new ReviewError(`the answer is no ${TYPE.kind} of ${TYPE.apiVersion}`, false);
  }
  const { allowed, reason, auditAnnotations } = isObject(answer.status) ? answer.status : {};
  const texts = isObject(auditAnnotations) ? Object.entries(auditAnnotations).filter(([, value]) => typeof value === 'string') : [];
  return {
    allowed: allowed === true,
    reason: typeof reason === 'string' ? reason : '',
    auditAnnotations: Object.fromEntries(texts) as Record<string, string>,
  };
}
