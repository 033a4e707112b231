import { describe, expect, it } from '@jest/globals';
import type { Live } from '../../../meta/object.ts';
import type { PodSpec } from '../../../pod/spec/pod-spec.ts';
import { fieldErrorText } from '../../../schema/field-error.ts';
import { defaultPod } from './defaults.ts';
import { prepareEphemeralContainersUpdate, validateEphemeralContainersUpdate } from './ephemeral-containers-validation.ts';
import { prepareResize, validateResize } from './resize-validation.ts';
import type { Pod } from './schema.ts';
import { validatePodStatusUpdate } from './status-validation.ts';
import { validatePodUpdate } from './update-validation.ts';

const toleration = { key: 'k', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 30 };

function live(spec: Partial<PodSpec> = {}, rest: Partial<Pod> = {}): Live<Pod> {
  const pod: Pod = {
    ...rest,
    spec: structuredClone({
      serviceAccountName: 'default',
      containers: [{ name: 'c', image: 'i:1', resources: { requests: { cpu: '1' }, limits: { cpu: '2' } } }],
      initContainers: [{ name: 'init', image: 'i:1' }],
      tolerations: [toleration],
      ...spec,
    }),
  };
  defaultPod(pod);
  const metadata = { name: 'p', namespace: 'default', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', ...rest.metadata };
  return { ...pod, metadata };
}

/** The errors of changing a pod: `change` works on a copy. */
function changed(old: Live<Pod>, change: (spec: PodSpec, pod: Pod) => void, validate = validatePodUpdate): string[] {
  const pod: Pod = structuredClone(old);
  change(pod.spec!, pod);
  return validate(pod, old).map(fieldErrorText);
}

const FIELDS = /^spec: Forbidden: pod updates may not change fields other than/;

describe('an update of a pod', () => {
  it.each<[string, (spec: PodSpec) => void]>([
    ['changes nothing', () => {}],
    [
      'changes images',
      (spec) => {
        spec.containers[0]!.image = 'i:2';
        spec.initContainers![0]!.image = 'i:2';
      },
    ],
    [
      'sets a deadline',
      (spec) => {
        spec.activeDeadlineSeconds = 10;
      },
    ],
    [
      'adds tolerations',
      (spec) => {
        spec.tolerations!.push({ key: 'x', operator: 'Exists' });
      },
    ],
    [
      'changes how long it tolerates',
      (spec) => {
        spec.tolerations![0]!.tolerationSeconds = 60;
      },
    ],
  ])('may be one that %s', (_what, change) => {
    expect(changed(live(), change)).toEqual([]);
  });

  it.each<[string, (spec: PodSpec) => void]>([
    [
      'a command',
      (spec) => {
        spec.containers[0]!.command = ['x'];
      },
    ],
    [
      'resources',
      (spec) => {
        spec.containers[0]!.resources!.limits!.cpu = '3';
      },
    ],
    [
      'the node',
      (spec) => {
        spec.nodeName = 'n';
      },
    ],
    [
      'the grace period',
      (spec) => {
        spec.terminationGracePeriodSeconds = 5;
      },
    ],
    [
      'volumes',
      (spec) => {
        spec.volumes = [{ name: 'v', emptyDir: {} }];
      },
    ],
    [
      'the node selector',
      (spec) => {
        spec.nodeSelector = { a: 'b' };
      },
    ],
  ])('may not change %s', (_what, change) => {
    expect(changed(live(), change)).toEqual([expect.stringMatching(FIELDS)]);
  });

  it('adds no containers, and then says no more', () => {
    const errors = changed(live(), (spec) => {
      spec.containers.push({ name: 'd', image: 'i', imagePullPolicy: 'Always', terminationMessagePolicy: 'File' });
    });
    expect(errors).toEqual(['spec.containers: Forbidden: pod updates may not add or remove containers']);
  });

  it('takes no image away', () => {
    const errors = changed(live(), (spec) => {
      spec.containers[0]!.image = '';
    });
    expect(errors).toEqual(['spec.containers[0].image: Required value', 'spec.containers[0].image: Required value']);
  });

  it('makes a deadline shorter only', () => {
    const old = live({ activeDeadlineSeconds: 10 });
    expect(
      changed(old, (spec) => {
        spec.activeDeadlineSeconds = 5;
      }),
    ).toEqual([]);
    expect(
      changed(old, (spec) => {
        spec.activeDeadlineSeconds = 20;
      }),
    ).toEqual([expect.stringContaining('must be less than or equal to previous value')]);
    expect(
      changed(old, (spec) => {
        spec.activeDeadlineSeconds = undefined;
      })[0],
    ).toContain('must not update from a positive integer to nil value');
  });

  it('takes no toleration away', () => {
    const errors = changed(live(), (spec) => {
      spec.tolerations = [];
    });
    expect(errors).toEqual(['spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds']);
  });

  it('mends a negative grace period', () => {
    expect(
      changed(live({ terminationGracePeriodSeconds: -1 }), (spec) => {
        spec.terminationGracePeriodSeconds = 1;
      }),
    ).toEqual([]);
  });

  it('removes scheduling gates and adds none', () => {
    const old = live({ schedulingGates: [{ name: 'a' }, { name: 'b' }] });
    expect(
      changed(old, (spec) => {
        spec.schedulingGates = [{ name: 'a' }];
      }),
    ).toEqual([]);
    expect(
      changed(old, (spec) => {
        spec.schedulingGates!.push({ name: 'c' });
      }),
    ).toEqual(["spec.schedulingGates[2].name: Forbidden: only deletion is allowed, but found new scheduling gate 'c'"]);
  });

  it('narrows where a gated pod may go, and does not widen it', () => {
    const terms = (values: string[]) => ({
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: values.map((key) => ({ key, operator: 'Exists' })) }],
        },
      },
    });
    const old = live({ schedulingGates: [{ name: 'a' }], nodeSelector: { a: 'b' }, affinity: terms(['x']) });
    expect(
      changed(old, (spec) => {
        spec.nodeSelector = { a: 'b', c: 'd' };
        spec.affinity = terms(['x', 'y']);
      }),
    ).toEqual([]);
    expect(
      changed(old, (spec) => {
        spec.nodeSelector = {};
      })[0],
    ).toContain('only additions to spec.nodeSelector are allowed');
    expect(
      changed(old, (spec) => {
        spec.affinity = terms(['y']);
      })[0],
    ).toContain('nodeSelectorTerms[0]: Invalid value');
  });

  it('does not make a pod a mirror of a static one', () => {
    const errors = changed(live({ nodeName: 'n' }), (_spec, pod) => {
      pod.metadata!.annotations = { 'kubernetes.io/config.mirror': 'x' };
    });
    expect(errors).toEqual(['metadata.annotations[kubernetes.io/config.mirror]: Forbidden: may not add mirror pod annotation']);
  });
});

describe('an update of a pod’s status', () => {
  const status = (old: Live<Pod>, change: (pod: Pod) => void) => changed(old, (_spec, pod) => change(pod), validatePodStatusUpdate);
  const ended = { name: 'c', image: 'i', imageID: 'i', ready: false, restartCount: 0, state: { terminated: { exitCode: 0 } } };

  it('keeps the class of service', () => {
    expect(
      status(live({}, { status: { qosClass: 'Burstable' } }), (pod) => {
        pod.status!.qosClass = 'Guaranteed';
      }),
    ).toEqual(['status.qosClass: Invalid value: "Guaranteed": field is immutable']);
  });

  it('starts no container again that is not to be restarted', () => {
    const run = (pod: Pod) => {
      pod.status!.containerStatuses = [{ ...ended, state: { running: {} } }];
    };
    expect(status(live({ restartPolicy: 'Never' }, { status: { containerStatuses: [ended] } }), run)).toEqual([
      'status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state',
    ]);
    expect(status(live({}, { status: { containerStatuses: [ended] } }), run)).toEqual([]);
  });

  const rules = (action: string) => [{ action, exitCodes: { operator: 'In', values: [0] } }];
  it.each([
    ['Always', {}, true],
    ['Always', { restartPolicy: 'Never' }, false],
    ['Never', { restartPolicy: 'Always' }, true],
    ['Never', { restartPolicy: 'OnFailure' }, false],
    ['Never', { restartPolicy: 'Never', restartPolicyRules: rules('Restart') }, true],
    ['Never', { restartPolicy: 'Never', restartPolicyRules: rules('RestartAllContainers') }, true],
  ])('in a pod with restartPolicy %s starts a container with %j again that has ended well: %s', (restartPolicy, more, isAllowed) => {
    const old = live({ restartPolicy, containers: [{ name: 'c', image: 'i', ...more }] }, { status: { containerStatuses: [ended] } });
    const errors = status(old, (pod) => {
      pod.status!.containerStatuses = [{ ...ended, state: { waiting: {} } }];
    });
    expect(errors).toEqual(isAllowed ? [] : ['status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state']);
  });

  it('has one address of each family', () => {
    const withIps = (...ips: string[]) =>
      status(live(), (pod) => {
        pod.status = { podIPs: ips.map((ip) => ({ ip })) };
      });
    expect(withIps('1.2.3.4', 'fd00::1')).toEqual([]);
    expect(withIps('x')[0]).toContain('status.podIPs[0]: Invalid value: "x": must be a valid IP address');
    expect(withIps('1.2.3.4', '1.2.3.5')[0]).toContain('may specify no more than one IP for each IP family');
  });

  it('has the address of its host first among its host’s addresses', () => {
    expect(
      status(live(), (pod) => {
        pod.status = { hostIP: '1.2.3.4', hostIPs: [{ ip: '1.2.3.5' }] };
      }),
    ).toEqual(['status.hostIPs[0].ip: Invalid value: "1.2.3.5": must be equal to `hostIP`']);
  });

  it('is told of an address that its host or the pod has twice, where upstream tells', () => {
    const twice = [{ ip: '1.2.3.4' }, { ip: '1.2.3.4' }];
    const errorsOf = (next: Pod['status']) =>
      status(live(), (pod) => {
        pod.status = next;
      }).map((text) => text.slice(0, text.indexOf(': ', 30)));
    expect(errorsOf({ podIPs: twice })).toEqual([
      expect.stringMatching(/^status\.podIPs: Invalid/),
      expect.stringMatching(/^status\.podIPs\[1\]: Dup/),
    ]);
    expect(errorsOf({ hostIPs: twice, hostIP: '1.2.3.4' })).toEqual([expect.stringMatching(/^status\.hostIPs: Invalid/)]);
  });

  it('has conditions of its own under qualified names', () => {
    const errors = status(live(), (pod) => {
      pod.status = {
        conditions: [
          { type: 'Ready', status: 'True' },
          { type: 'a b', status: 'True' },
        ],
      };
    });
    expect(errors).toEqual([expect.stringMatching(/^status\.conditions\[1\]\.Type: Invalid value: "a b": name part must consist of/)]);
  });
});

describe('ephemeral containers', () => {
  const validate = (pod: Pod, old: Live<Pod>) => {
    prepareEphemeralContainersUpdate(pod, old);
    return validateEphemeralContainersUpdate(pod, old);
  };
  const e = { name: 'e', image: 'i', imagePullPolicy: 'Always', terminationMessagePolicy: 'File' };
  const add = (changes: object) =>
    changed(
      live(),
      (spec) => {
        spec.ephemeralContainers = [{ ...e, ...changes }];
      },
      validate,
    );

  it('are added, and nothing else is changed with them', () => {
    expect(
      changed(
        live(),
        (spec) => {
          spec.ephemeralContainers = [e];
          spec.nodeName = 'other';
        },
        validate,
      ),
    ).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['have names of their own', { name: 'c' }, 'spec.ephemeralContainers[0].name: Duplicate value: "c"'],
    ['look into containers that are there', { targetContainerName: 'x' }, 'spec.ephemeralContainers[0].targetContainerName: Not found: "x"'],
    [
      'open no ports',
      { ports: [{ containerPort: 1, protocol: 'TCP' }] },
      'spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container',
    ],
    ['have no probes', { livenessProbe: { tcpSocket: { port: 1 }, successThreshold: 1 } }, 'spec.ephemeralContainers[0].livenessProbe: Forbidden'],
    ['have no resources', { resources: { limits: { cpu: '1' } } }, 'spec.ephemeralContainers[0].resources: Forbidden'],
  ])('%s', (_sentence, changes, expected) => {
    expect(add(changes)).toEqual([expect.stringContaining(expected)]);
  });

  it('are neither changed nor removed', () => {
    const old = live({ ephemeralContainers: [e] });
    expect(
      changed(
        old,
        (spec) => {
          spec.ephemeralContainers = [];
        },
        validate,
      )[0],
    ).toContain('existing ephemeral containers "e" may not be removed');
    expect(
      changed(
        old,
        (spec) => {
          spec.ephemeralContainers![0]!.image = 'j';
        },
        validate,
      )[0],
    ).toContain('existing ephemeral containers "e" may not be changed');
  });
});

describe('a resize', () => {
  const validate = (pod: Pod, old: Live<Pod>) => {
    prepareResize(pod, old);
    return validateResize(pod, old);
  };
  const resize = (change: (spec: PodSpec) => void, old = live()) => changed(old, change, validate);

  it('changes CPU and memory, and nothing else with them', () => {
    expect(
      resize((spec) => {
        spec.containers[0]!.resources = { requests: { cpu: '500m' }, limits: { cpu: '3' } };
        spec.containers[0]!.image = 'other';
      }),
    ).toEqual([]);
  });

  it('removes no request or limit', () => {
    expect(
      resize((spec) => {
        spec.containers[0]!.resources = { requests: { cpu: '1' } };
      }),
    ).toEqual(['spec.containers[0].resources.limits: Forbidden: resource limits cannot be removed']);
  });

  it('keeps the class of service', () => {
    expect(
      resize(
        (spec) => {
          spec.containers[0]!.resources = { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } };
        },
        live({ initContainers: [] }),
      ),
    ).toEqual([expect.stringContaining('Pod QOS Class may not change as a result of resizing')]);
  });

  it('is of CPU and memory only', () => {
    expect(
      resize((spec) => {
        spec.containers[0]!.resources!.limits!['example.com/gpu'] = '1';
        spec.containers[0]!.resources!.requests!['example.com/gpu'] = '1';
      }),
    ).toEqual(['spec: Forbidden: only cpu and memory resources are mutable']);
  });

  const whole = (cpu: string) => ({ requests: { cpu }, limits: { cpu: '8' } });
  const podLevel = (old: PodSpec['resources'], now: PodSpec['resources']) =>
    resize(
      (spec) => {
        spec.resources = now;
      },
      live({ resources: old }),
    );

  it.each<[string, PodSpec['resources'], PodSpec['resources'], string[]]>([
    ['change', whole('2'), whole('3'), []],
    ['be added', undefined, whole('2'), []],
    ['not fall below those of the containers', whole('2'), whole('500m'), ['must be greater than or equal to aggregate container requests of 1']],
    ['not be removed as a whole', whole('2'), undefined, ['spec.resources: Forbidden: pod-level resources cannot be removed']],
    ['not lose a limit', whole('2'), { requests: { cpu: '2' } }, ['spec.resources.limits: Forbidden: pod-level resource limits cannot be removed']],
    [
      'not lose a request',
      { requests: { cpu: '2', memory: '1Gi' } },
      { requests: { cpu: '2' } },
      ['spec.resources.requests: Forbidden: pod-level resource requests cannot be removed'],
    ],
    [
      'not change but for CPU and memory',
      { requests: { cpu: '2', 'hugepages-2Mi': '2Mi' }, limits: { 'hugepages-2Mi': '2Mi' } },
      { requests: { cpu: '2', 'hugepages-2Mi': '4Mi' }, limits: { 'hugepages-2Mi': '4Mi' } },
      ['spec: Forbidden: only cpu and memory resources are mutable at pod-level'],
    ],
  ])('of the pod as a whole may %s', (_what, old, now, expected) => {
    expect(podLevel(old, now)).toEqual(expected.map((text) => expect.stringContaining(text)));
  });

  const ofInit = (more: object, old = live()) =>
    resize((spec) => {
      Object.assign(spec.initContainers![0]!, more);
    }, old);
  const resources = { requests: { cpu: '1' } };
  const restarting = [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }];

  it('changes init containers that end too', () => {
    expect(ofInit({ resources })).toEqual([]);
    expect(ofInit({ resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'NotRequired' }] })).toEqual([
      'spec.initContainers[0]: Forbidden: only cpu and memory resources for init or sidecar containers are mutable',
    ]);
  });

  it('of an init container that ends asks for no restart of it', () => {
    const init = { name: 'init', image: 'i:1', resizePolicy: restarting };
    const refused = 'spec.initContainers[0]: Forbidden: non-sidecar init containers with a resize policy of RestartContainer cannot be resized';
    expect(ofInit({ resources }, live({ initContainers: [init] }))).toEqual([refused]);
    expect(ofInit({ resources }, live({ initContainers: [{ ...init, restartPolicy: 'Always' }] }))).toEqual([]);
    expect(ofInit({}, live({ initContainers: [init] }))).toEqual([]);
  });

  it('is not for pods whose claims take resources of the node itself', () => {
    const status = { nodeAllocatableResourceClaimStatuses: [{ resourceClaimName: 'x', resources: { cpu: '1' } }] };
    expect(resize(() => {}, live({}, { status }))).toEqual(['spec: Forbidden: pods with node allocatable resource claims cannot be resized']);
  });

  it('is not for static pods', () => {
    const mirror = live({ nodeName: 'n' }, { metadata: { annotations: { 'kubernetes.io/config.mirror': 'x' } } });
    expect(resize(() => {}, mirror)).toEqual([': Forbidden: static pods cannot be resized']);
  });
});
