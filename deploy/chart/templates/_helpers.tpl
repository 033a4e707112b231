{{- define "skiff.fullname" -}}
{{- if contains "skiff" .Release.Name -}}{{ .Release.Name | trunc 63 | trimSuffix "-" }}{{- else -}}{{ printf "%s-skiff" .Release.Name | trunc 63 | trimSuffix "-" }}{{- end -}}
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
{{- end -}}

{{- define "skiff.serviceAccountName" -}}
{{ default (include "skiff.fullname" .) .Values.serviceAccount.name }}
{{- end -}}
