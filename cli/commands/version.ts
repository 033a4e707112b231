import { KUBERNETES_VERSION, SKIFF_VERSION } from '../../api/meta/version.ts';

export async function run(): Promise<number> {
  console.log(`skiff ${SKIFF_VERSION} (Kubernetes API v${KUBERNETES_VERSION}, Node ${process.versions.node})`);
  return 0;
}
