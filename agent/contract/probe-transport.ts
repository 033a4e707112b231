/** The outcome of a probe or a lifecycle hook. */
export interface ProbeOutcome {
  readonly ok: boolean;
  /** The text that `kubectl describe pod` shows after `Readiness probe failed: ` or `Readiness probe warning: `. */
  readonly message: string;
  /** - `warning`: it succeeded, but its message is worth an event. - `error`: it could not be carried out, so that it is neither a success nor a failure. */
  readonly kind?: 'warning' | 'error';
}

export interface HttpTarget {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /** With its query. */
  readonly path: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

/** The way by which probes and hooks reach into pods. Each call ends by itself after `timeoutMs`, and never rejects. */
export interface ProbeTransport {
  http(target: HttpTarget, timeoutMs: number): Promise<ProbeOutcome>;
  /** Calls a lifecycle hook, for which any answer is a success. */
  hook(target: HttpTarget, timeoutMs: number): Promise<ProbeOutcome>;
  tcp(host: string, port: number, timeoutMs: number): Promise<ProbeOutcome>;
  grpc(host: string, port: number, service: string, timeoutMs: number): Promise<ProbeOutcome>;
  exec(containerId: string, command: readonly string[], timeoutMs: number): Promise<ProbeOutcome>;
}
