{{/* The name of the release's objects. */}}
{{- define "skiff.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{ .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else -}}
{{- $name := default "skiff" .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}{{ .Release.Name | trunc 63 | trimSuffix "-" }}{{- else -}}{{ printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}{{- end -}}
{{- end -}}
{{- end -}}

{{- define "skiff.selectorLabels" -}}
app.kubernetes.io/name: skiff
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "skiff.labels" -}}
{{ include "skiff.selectorLabels" . }}
app.kubernetes.io/component: controllers
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "skiff.serviceAccountName" -}}
{{ default (include "skiff.fullname" .) .Values.serviceAccount.name }}
{{- end -}}

{{- define "skiff.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}{{ .repository }}@{{ .digest }}{{- else -}}{{ .repository }}:{{ default $.Chart.AppVersion .tag }}{{- end -}}
{{- end -}}
{{- end -}}

{{/* The port and the name of the port of /metrics. */}}
{{- define "skiff.metricsPort" -}}
{{ if .Values.metrics.secure.enabled }}{{ .Values.metrics.secure.port }}{{ else }}{{ .Values.metrics.port }}{{ end }}
{{- end -}}
{{- define "skiff.metricsPortName" -}}
{{ if .Values.metrics.secure.enabled }}metrics-tls{{ else }}metrics{{ end }}
{{- end -}}

{{/* The rights that concern namespaced objects. */}}
{{- define "skiff.rules" -}}
# The concepts: objects are read, patched with finalizers, owners and revisions, and their status is written.
- apiGroups: [skiff.dev]
  resources: [replicationcontrollers, replicasets, deployments, services, resourcequotas]
  verbs: [get, list, watch]
- apiGroups: [skiff.dev]
  resources: [deployments, services]
  verbs: [patch]
- apiGroups: [skiff.dev]
  resources: [replicasets]
  verbs: [create, update, patch, delete]
- apiGroups: [skiff.dev]
  resources: [replicationcontrollers/status, replicasets/status, deployments/status, services/status, resourcequotas/status]
  verbs: [update]
# The admission plugin OwnerReferencesPermissionEnforcement asks for this right when an owner reference blocks the owner's deletion.
- apiGroups: [skiff.dev]
  resources: [replicationcontrollers/finalizers, replicasets/finalizers, deployments/finalizers, services/finalizers]
  verbs: [update]
# The objects that the concepts create.
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [get, list, watch, create, update, delete]
# The core Service behind each Service.
- apiGroups: [""]
  resources: [services]
  verbs: [get, list, watch, create, update]
# Quotas count these; each is read only once a quota names it.
- apiGroups: [""]
  resources: [configmaps, secrets, persistentvolumeclaims, replicationcontrollers]
  verbs: [list, watch]
- apiGroups: [apps]
  resources: [deployments, replicasets, statefulsets]
  verbs: [list, watch]
- apiGroups: [batch]
  resources: [jobs, cronjobs]
  verbs: [list, watch]
- apiGroups: [""]
  resources: [events]
  verbs: [create, patch]
{{- end -}}

{{/* The rights that no namespace limits. */}}
{{- define "skiff.clusterRules" -}}
# Zones for slices.
- apiGroups: [""]
  resources: [nodes]
  verbs: [get, list, watch]
{{- if .Values.webhook.enabled }}
# The webhook is registered, with its authority, by the controllers.
- apiGroups: [admissionregistration.k8s.io]
  resources: [validatingwebhookconfigurations]
  resourceNames: [{{ include "skiff.fullname" . }}]
  verbs: [get, update]
{{- end }}
{{- if .Values.metrics.secure.enabled }}
# Who reads the metrics, and whether they may.
- apiGroups: [authentication.k8s.io]
  resources: [tokenreviews]
  verbs: [create]
- apiGroups: [authorization.k8s.io]
  resources: [subjectaccessreviews]
  verbs: [create]
{{- end }}
{{- end -}}

{{- define "skiff.subject" -}}
- kind: ServiceAccount
  name: {{ include "skiff.serviceAccountName" . }}
  namespace: {{ .Release.Namespace }}
{{- end -}}
