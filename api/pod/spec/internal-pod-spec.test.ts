import { expect, it } from '@jest/globals';
import { internalPodSpec } from './internal-pod-spec.ts';

it('a spec is shown with every field of the internal type, in its order', () => {
  const shown = internalPodSpec({
    containers: [{ name: 'c', image: 'busybox', ports: [{ containerPort: 81, protocol: 'TCP' }] }],
    restartPolicy: 'Never',
    hostPID: true,
    volumes: [{ name: 'v', hostPath: { path: '/tmp', type: '' } }],
  });
  const text = JSON.stringify(shown);
  expect(text).toMatch(/^\{"Volumes":\[\{"Name":"v","HostPath":\{"Path":"\/tmp","Type":""\},"EmptyDir":null,"GCEPersistentDisk":null,/);
  expect(text).toContain(
    '"StorageOS":null,"CSI":null,"Ephemeral":null,"Image":null}],"InitContainers":null,"Containers":[{"Name":"c","Image":"busybox",',
  );
  expect(text).toContain('"Ports":[{"Name":"","HostPort":0,"ContainerPort":81,"Protocol":"TCP","HostIP":""}],"EnvFrom":null,"Env":null,');
  expect(text).toContain(
    '"Resources":{"Limits":null,"Requests":null,"Claims":null},"ResizePolicy":null,"RestartPolicy":null,"RestartPolicyRules":null,',
  );
  expect(text).toContain(
    '"EphemeralContainers":null,"RestartPolicy":"Never","TerminationGracePeriodSeconds":null,"ActiveDeadlineSeconds":null,"DNSPolicy":"",',
  );
  expect(text).toContain(
    '"SecurityContext":{"HostNetwork":false,"HostPID":true,"HostIPC":false,"ShareProcessNamespace":null,"HostUsers":null,"SELinuxOptions":null,"WindowsOptions":null,"RunAsUser":null,',
  );
  expect(text).toMatch(/"OS":null,"SchedulingGates":null,"ResourceClaims":null,"Resources":null,"HostnameOverride":null,"SchedulingGroup":null\}$/);
});
