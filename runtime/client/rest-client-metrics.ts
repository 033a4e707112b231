import type { Registry } from 'prom-client';
import { Counter, Histogram } from 'prom-client';
import { oncePer } from '../../base/once-per.ts';
import type { Transport } from './http-transport.ts';

/** Upstream's buckets of rest_client_request_duration_seconds. */
const BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];

const metricsOf = oncePer((registry: Registry) => ({
  requests: new Counter({
    name: 'rest_client_requests_total',
    help: 'Requests sent, by HTTP code, method and host; those without an answer under <error>.',
    labelNames: ['code', 'method', 'host'],
    registers: [registry],
  }),
  duration: new Histogram({
    name: 'rest_client_request_duration_seconds',
    help: 'Seconds from a request to the head of its answer.',
    labelNames: ['verb', 'host'],
    buckets: BUCKETS,
    registers: [registry],
  }),
}));

/** Returns the transport with its requests counted and timed under client-go's names. A watch counts once its head has arrived. */
export function measuredTransport(transport: Transport, server: string, registry: Registry): Transport {
  const { host } = new URL(server);
  const { requests, duration } = metricsOf(registry);
  return async (request) => {
    const { method } = request;
    const end = duration.startTimer({ verb: method, host });
    try {
      const response = await transport(request);
      requests.inc({ code: String(response.statusCode), method, host });
      return response;
    } catch (error) {
      requests.inc({ code: '<error>', method, host });
      throw error;
    } finally {
      end();
    }
  };
}
