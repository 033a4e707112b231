import { readFileSync } from 'node:fs';
import { request as plain } from 'node:http';
import { request as secured } from 'node:https';

const { METRICS_HOST, METRICS_PORT, SECURE, LEADER_ELECTION, KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT } = process.env;
const account = (file) => readFileSync(`/var/run/secrets/kubernetes.io/serviceaccount/${file}`, 'utf8').trim();
const get = (url, options = {}) =>
  new Promise((resolve, reject) => {
    const request = (url.startsWith('https:') ? secured : plain)(url, { timeout: 10_000, ...options }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk)).on('end', () => resolve({ status: response.statusCode, text }));
    });
    request.on('timeout', () => request.destroy(new Error(`${url} does not answer`))).on('error', reject).end();
  });
const bearer = { authorization: `Bearer ${account('token')}` };
const host = KUBERNETES_SERVICE_HOST.includes(':') ? `[${KUBERNETES_SERVICE_HOST}]` : KUBERNETES_SERVICE_HOST;
const api = async (path) => {
  const { status, text } = await get(`https://${host}:${KUBERNETES_SERVICE_PORT}${path}`, { ca: account('ca.crt'), headers: bearer });
  if (status !== 200) throw new Error(`GET ${path}: ${status} ${text}`);
  return JSON.parse(text);
};
const checks = {
  async 'the kinds of skiff.dev are served'() {
    const names = (await api('/apis/skiff.dev/v1')).resources.map(({ name }) => name);
    const missing = ['deployments', 'replicasets', 'replicationcontrollers', 'services', 'resourcequotas'].filter((name) => !names.includes(name));
    if (missing.length > 0) throw new Error(`${missing.join(', ')}: not served`);
  },
  async 'a replica leads'() {
    if (LEADER_ELECTION !== 'true') return;
    const { spec } = await api(`/apis/coordination.k8s.io/v1/namespaces/${account('namespace')}/leases/skiff-controllers`);
    const age = (Date.now() - Date.parse(spec.renewTime)) / 1000;
    if (!spec.holderIdentity || age > 2 * spec.leaseDurationSeconds) throw new Error(`the Lease is held by "${spec.holderIdentity}", renewed ${age} s ago`);
  },
  async 'the metrics are served'() {
    if (SECURE === 'true') {
      const url = `https://${METRICS_HOST}:${METRICS_PORT}/metrics`;
      const open = await get(url, { rejectUnauthorized: false });
      if (open.status !== 401) throw new Error(`a client without a token got ${open.status}, not 401`);
      const { status, text } = await get(url, { rejectUnauthorized: false, headers: bearer });
      if (status !== 200 && status !== 403) throw new Error(`a client with a token got ${status}: ${text}`);
      return;
    }
    const { status, text } = await get(`http://${METRICS_HOST}:${METRICS_PORT}/metrics`);
    if (status !== 200 || !/^process_cpu_seconds_total /m.test(text)) throw new Error(`${status} ${text.slice(0, 200)}`);
  },
};
for (const [name, check] of Object.entries(checks)) {
  // A Service that was just made may take a moment to lead anywhere.
  for (let attempt = 1; ; attempt++) {
    try {
      await check();
      console.log(`ok: ${name}`);
      break;
    } catch (error) {
      console.log(`${name}, attempt ${attempt}: ${error.message}`);
      if (attempt === 10) process.exit(1);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}
