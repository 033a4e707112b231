import { configMaps, deployments, services } from 'skiff-kube/api';
import { resourceController } from 'skiff-kube/runtime';
import { websites } from './website.ts';

/** Shows each website by a Deployment over its pages, behind a Service. What it makes is deleted with the website. */
export const websiteController = resourceController(websites, {
  name: 'websites',
  concurrency: 4,
  owns: [configMaps, deployments, services],
  async reconcile({ metadata: { name }, spec }, { apply, setStatus }) {
    const labels = { website: name };
    await apply(configMaps, { metadata: { name }, data: spec.pages });
    await apply(services, { metadata: { name }, spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] } });
    const volumes = [{ name: 'pages', configMap: { name } }];
    const volumeMounts = [{ name: 'pages', mountPath: '/pages', readOnly: true }];
    const { status } = await apply(deployments, {
      metadata: { name },
      spec: {
        replicas: spec.replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { volumes, containers: [{ name: 'server', image: 'static-server:1', volumeMounts }] } },
      },
    });
    const { replicas = 0, readyReplicas = 0 } = status ?? {};
    await setStatus({ replicas, readyReplicas, selector: `website=${name}` });
    return undefined;
  },
});
