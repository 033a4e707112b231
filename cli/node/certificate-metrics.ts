import { X509Certificate } from 'node:crypto';
import type { Registry } from 'prom-client';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Clock } from '../../base/clock.ts';
import type { CertificateKeeper } from './certificate-keeper.ts';

export interface MeasuredCertificates {
  /** Undefined if the node does not renew it. */
  readonly client: CertificateKeeper | undefined;
  readonly serving: CertificateKeeper;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 360 * DAY;
const ROTATION_BUCKETS = [MINUTE, HOUR, 4 * HOUR, DAY, 7 * DAY, 30 * DAY, 90 * DAY, 180 * DAY, YEAR, 4 * YEAR];

/** Registers kubelet's metrics of a node's certificates (pkg/kubelet/certificate/kubelet.go). Certificates are read when somebody asks. */
export function certificateMetrics(registry: Registry, { client, serving }: MeasuredCertificates, clock: Clock): void {
  const registers = [registry];
  const secondsLeft = (name: string, help: string, keeper: CertificateKeeper | undefined) =>
    new Gauge({
      name,
      help: `${help} Negative once it has ended, +Inf if there is none.`,
      registers,
      collect() {
        const certificate = keeper?.current()?.certificate;
        this.set(certificate === undefined ? Number.POSITIVE_INFINITY : Math.trunc((lifeOf(certificate).end - clock.now()) / 1000));
      },
    });
  const failures = (name: string, help: string, keeper: CertificateKeeper) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(keeper.failures());
      },
    });
  secondsLeft('kubelet_certificate_manager_client_ttl_seconds', "Seconds that are left to the node's client certificate.", client);
  secondsLeft('kubelet_certificate_manager_server_ttl_seconds', "Seconds that are left to the node's serving certificate.", serving);
  if (client) {
    failures('kubelet_certificate_manager_client_expiration_renew_errors', 'Renewals of the client certificate that failed.', client);
  }
  failures('kubelet_server_expiration_renew_errors', 'Renewals of the serving certificate that failed.', serving);
  const rotations = new Histogram({
    name: 'kubelet_certificate_manager_server_rotation_seconds',
    help: 'The age at which serving certificates were replaced.',
    buckets: ROTATION_BUCKETS,
    registers,
  });
  let previous = serving.current();
  serving.subscribe(() => {
    if (previous) rotations.observe((clock.now() - lifeOf(previous.certificate).begin) / 1000);
    previous = serving.current();
  });
}

/** The life of a certificate (PEM), in milliseconds since the epoch. */
function lifeOf(certificate: string): { readonly begin: number; readonly end: number } {
  const { validFromDate, validToDate } = new X509Certificate(certificate);
  return { begin: validFromDate.getTime(), end: validToDate.getTime() };
}
