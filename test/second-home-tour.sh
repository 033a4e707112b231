#!/bin/sh
# A tour of the second home: what each concept of skiff.dev promises, shown with stock kubectl in a namespace of its own. Ends at the first promise
# that is not kept, and says which.
#   second-home-tour.sh [workloads | traffic | quota | refusals]...      all four by default
# Environment: KUBECTL (kubectl), NAMESPACE (tour), IMAGE and IMAGE_2 (web servers on port 80 that answer "web v1 …" and "web v2 …"; with sh and wget).
set -eu
: "${KUBECTL:=kubectl}" "${NAMESPACE:=tour}" "${IMAGE:=docker.io/library/skiff-test:v1}" "${IMAGE_2:=docker.io/library/skiff-test:v2}"
k() { $KUBECTL -n "$NAMESPACE" "$@"; }
ok() { echo "ok: $*"; }
fail() { echo "not kept: $*" >&2; k get skiff,pods,events >&2 || true; exit 1; }
# until_is WHAT EXPECTED COMMAND...: waits up to a minute for the command's output.
until_is() {
  what=$1 expected=$2
  shift 2
  for _ in $(seq 300); do
    [ "$("$@" 2>/dev/null || true)" = "$expected" ] && { ok "$what"; return; }
    sleep 0.2
  done
  fail "$what: expected '$expected', got '$("$@" 2>&1 || true)'"
}
# refused WHAT PATTERN: creates the manifest on standard input, which must be refused with a message that matches.
refused() {
  if out=$(k create -f - 2>&1); then fail "$1 is refused, but it was created"; fi
  echo "$out" | grep -q "$2" || fail "$1 is refused with '$2', but the message is: $out"
  ok "$1 is refused"
}
count() { k get "$@" --no-headers 2>/dev/null | grep -c . || true; }
workload() { # workload KIND NAME REPLICAS [IMAGE]
  case $1 in ReplicationController) selector="{ app: $2 }" ;; *) selector="{ matchLabels: { app: $2 } }" ;; esac
  cat <<END
apiVersion: skiff.dev/v1
kind: $1
metadata: { name: $2 }
spec:
  replicas: $3
  selector: $selector
  template:
    metadata: { labels: { app: $2 } }
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{ name: web, image: "${4:-$IMAGE}", ports: [{ containerPort: 80 }] }]
END
}

workloads() {
  # These come first and wait for the garbage collector: upstream's learns of a kind up to 30 s after its definition, and until then it deletes
  # dependents that were to be orphaned.
  for kind in ReplicaSet ReplicationController; do
    name=$(echo "$kind" | tr '[:upper:]' '[:lower:]')
    workload "$kind" "$name" 2 | k create -f - >/dev/null
    until_is "a $kind runs its pods" 2 k get "$name.skiff.dev" "$name" -o 'jsonpath={.status.readyReplicas}'
    k scale "$name.skiff.dev/$name" --replicas=1 >/dev/null
    until_is "a $kind is scaled down" 1 count pods -l "app=$name"
    k delete "$name.skiff.dev" "$name" --wait=false >/dev/null
    until_is "a deleted $kind takes its pods with it" 0 count pods -l "app=$name"
  done
  workload Deployment web 2 | k create -f - >/dev/null
  k wait sdep/web --for=condition=Available --timeout=60s >/dev/null
  until_is 'a Deployment runs its pods' '2 2' k get sdep web -o 'jsonpath={.status.readyReplicas} {.status.updatedReplicas}'
  k scale sdep/web --replicas=3 >/dev/null
  until_is 'it is scaled' 3 k get sdep web -o 'jsonpath={.status.availableReplicas}'
  k patch sdep web --type=json -p "[{\"op\":\"replace\",\"path\":\"/spec/template/spec/containers/0/image\",\"value\":\"$IMAGE_2\"}]" >/dev/null
  until_is 'it rolls out another image' "$IMAGE_2 $IMAGE_2 $IMAGE_2" k get pods -l app=web -o 'jsonpath={.items[*].spec.containers[0].image}'
  until_is 'the older ReplicaSet is kept, empty' '0 3' k get srs -l app=web --sort-by=.spec.replicas -o 'jsonpath={.items[*].spec.replicas}'
  victim=$(k get pods -l app=web -o 'jsonpath={.items[0].metadata.name}')
  k delete pod "$victim" --timeout=60s >/dev/null
  until_is 'a deleted pod is replaced' 3 k get sdep web -o 'jsonpath={.status.availableReplicas}'
  pods=$(k get pods -l app=web -o name | sort)
  k delete sdep web --cascade=orphan >/dev/null
  workload Deployment web 3 "$IMAGE_2" | k create -f - >/dev/null
  until_is 'an orphaned ReplicaSet is adopted, with its pods' 3 k get sdep web -o 'jsonpath={.status.availableReplicas}'
  [ "$(k get pods -l app=web -o name | sort)" = "$pods" ] || fail 'the pods are the same'
  k delete sdep web --wait=false >/dev/null
  until_is 'a deleted Deployment takes all it made with it' 0 count srs,pods -l app=web
}

traffic() {
  workload Deployment site 2 | k create -f - >/dev/null
  k run client --image="$IMAGE" --restart=Never >/dev/null
  k create -f - >/dev/null <<END
apiVersion: skiff.dev/v1
kind: Service
metadata: { name: site }
spec: { type: NodePort, selector: { app: site }, ports: [{ port: 80 }] }
END
  k wait sdep/site --for=condition=Available --timeout=60s >/dev/null
  k wait pod/client --for=condition=Ready --timeout=60s >/dev/null
  k wait ssvc/site --for=condition=Ready --timeout=60s >/dev/null
  address=$(k get ssvc site -o 'jsonpath={.status.clusterIP}')
  port=$(k get ssvc site -o 'jsonpath={.status.ports[0].nodePort}')
  node=$($KUBECTL get nodes -o 'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}')
  answers() { k exec client -- wget -q -O - "http://$1/" | cut -d ' ' -f 1; }
  until_is 'a Service answers on its cluster address' web answers "$address"
  until_is 'a Service answers on its node port' web answers "$node:$port"
  until_is 'a Service answers by its name' web answers "site.$NAMESPACE.svc.cluster.local"
  k patch sdep site --type=json -p "[{\"op\":\"replace\",\"path\":\"/spec/template/spec/containers/0/image\",\"value\":\"$IMAGE_2\"}]" >/dev/null
  versions() { for _ in 1 2 3 4; do k exec client -- wget -q -O - "http://site/" | cut -d ' ' -f 2; done | sort -u; }
  until_is 'after a rollout it answers from the new pods alone' v2 versions
  k delete ssvc site --wait=false >/dev/null
  until_is 'a deleted Service leaves nothing behind' 0 count services,endpointslices
  k delete sdep/site pod/client --wait=false >/dev/null
}

quota() {
  k create -f - >/dev/null <<END
apiVersion: skiff.dev/v1
kind: ResourceQuota
metadata: { name: all }
spec: { hard: { pods: "1", count/deployments.skiff.dev: "1" } }
END
  until_is 'a ResourceQuota counts' '1 0' k get squota all -o 'jsonpath={.status.hard.pods} {.status.used.pods}'
  workload Deployment counted 1 | k create -f - >/dev/null
  until_is 'it counts what is made' 1 k get squota all -o 'jsonpath={.status.used.pods}'
  workload Deployment another 1 | refused 'a Deployment beyond the quota' 'exceeded quota: all'
  refused 'a pod beyond the quota' 'exceeded quota: all' <<END
apiVersion: v1
kind: Pod
metadata: { name: beyond }
spec: { containers: [{ name: web, image: "$IMAGE" }] }
END
  k delete squota/all sdep/counted --wait=false >/dev/null
  until_is 'what is deleted is no longer there' 0 count sdep,pods -l app=counted
}

# Manifests for the refusals. The sed scripts below change one field each.
deployment() { workload Deployment bad 1; }
# plus FIELD: adds a field to the spec, which the manifest ends with.
plus() { cat; echo "  $1"; }
selector='s/selector: .*/selector:'
skiff_service() { printf 'apiVersion: skiff.dev/v1\nkind: Service\nmetadata: { name: bad }\nspec: { selector: { app: bad }, %s }\n' "$1"; }
skiff_quota() { printf 'apiVersion: skiff.dev/v1\nkind: ResourceQuota\nmetadata: { name: bad }\nspec: { %s }\n' "$1"; }

# What the built-in kinds refuse. For missing volumes, bad addresses and the scopes of quotas the webhook is needed; the definitions refuse the rest.
refusals() {
  workload Deployment bad -1 | refused 'a negative number of replicas' 'must be greater than or equal to 0'
  workload Deployment bad three | refused 'a number that is none' 'must be of type integer\|unmarshal\|Invalid value'
  deployment | sed 's/replicas:/replicsa:/' | refused 'an unknown field' 'unknown field "spec.replicsa"'
  deployment | sed "$selector {}/" | refused 'an empty selector' 'empty selector is invalid for deployment'
  deployment | sed "$selector { matchLabels: { app: other } }/" | refused 'a selector that does not match the template' '`selector` does not match template `labels`'
  deployment | plus 'strategy: { type: Recreate, rollingUpdate: { maxSurge: 1 } }' | refused 'a Recreate that rolls' "may not be specified when strategy \`type\` is 'Recreate'"
  deployment | plus 'strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } }' | refused 'a rollout that cannot move' 'may not be 0 when `maxSurge` is 0'
  deployment | plus 'strategy: { rollingUpdate: { maxUnavailable: "101%" } }' | refused 'more than all pods missing' 'must not be greater than 100%'
  deployment | plus 'progressDeadlineSeconds: 0' | refused 'a deadline before a pod counts as available' 'must be greater than minReadySeconds'
  deployment | plus 'revisionHistoryLimit: -1' | refused 'a negative history' 'must be greater than or equal to 0'
  deployment | sed 's/containers:/restartPolicy: Never\n      containers:/' | refused 'pods that end' 'Unsupported value: "Never": supported values: "Always"'
  deployment | sed 's/containers: .*/containers: []/' | refused 'pods without containers' 'spec.template.spec.containers: Required value'
  deployment | sed 's/image: [^,]*/image: ""/' | refused 'a container without an image' 'spec.template.spec.containers\[0\].image: Required value'
  deployment | sed 's/name: web/name: Bad_Name/' | refused 'a container with a bad name' 'a lowercase RFC 1123 label must consist of'
  deployment | sed 's/containerPort: 80/containerPort: 70000/' | refused 'a port that is none' 'must be between 1 and 65535, inclusive'
  deployment | sed 's/name: web/name: web, volumeMounts: [{ name: missing, mountPath: \/data }]/' | refused 'a volume that is mounted and not there' 'Not found: "missing"'
  workload ReplicaSet bad 1 | sed "$selector {}/" | refused 'a ReplicaSet with an empty selector' 'empty selector is invalid for deployment'
  workload ReplicationController bad 1 | sed "$selector { app: other }/" | refused 'a ReplicationController of other pods' '`selector` does not match template `labels`'
  skiff_service 'ports: []' | refused 'a Service without ports' 'spec.ports: Required value'
  skiff_service 'ports: [{ port: 0 }]' | refused 'a Service on port 0' 'must be between 1 and 65535, inclusive'
  skiff_service 'ports: [{ port: 80 }, { port: 81 }]' | refused 'a Service with nameless ports' 'Required value'
  skiff_service 'ports: [{ port: 80, nodePort: 30123 }]' | refused 'a node port without use' "may not be used when \`type\` is 'ClusterIP'"
  skiff_service 'ports: [{ port: 80 }], externalIPs: ["1.2.3"]' | refused 'a Service with an address that is none' 'must be a valid IP address'
  skiff_quota 'hard: { pots: "1" }' | refused 'a quota of an unknown resource' 'must be a standard resource for quota'
  skiff_quota 'hard: { pods: "-1" }' | refused 'a quota of less than nothing' 'must be greater than or equal to 0'
  skiff_quota 'hard: { services: "1" }, scopes: [Terminating]' | refused 'a quota whose scope knows no such resource' 'unsupported scope applied to resource'
}

[ $# -gt 0 ] || set -- workloads traffic quota refusals
$KUBECTL create namespace "$NAMESPACE" >/dev/null
$KUBECTL -n "$NAMESPACE" wait --for=create serviceaccount/default --timeout=60s >/dev/null
for part in "$@"; do
  case $part in workloads | traffic | quota | refusals) "$part" ;; *) echo "second-home-tour.sh: no such part: $part" >&2; exit 2 ;; esac
done
$KUBECTL delete namespace "$NAMESPACE" --timeout=120s >/dev/null
ok 'the namespace is gone, with all that was in it'
