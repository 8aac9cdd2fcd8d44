{{- define "posthorn.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{/* What a service is, whatever the values say: its port, and what it needs. */}}
{{- define "posthorn.facts" -}}
subscription-api: { port: 8401, database: true, keyRing: true, adminKey: true, wave: 30 }
event-ingest: { port: 8402, database: false, keyRing: false, adminKey: false, wave: 40 }
delivery-log: { port: 8403, database: true, keyRing: false, adminKey: false, wave: 10 }
dispatcher: { port: 8404, database: false, keyRing: true, adminKey: false, wave: 20 }
retry-scheduler: { port: 8405, database: true, keyRing: false, adminKey: false, wave: 10 }
standalone: { port: 8400, database: true, keyRing: true, adminKey: true, wave: 10 }
{{- end }}

{{/* The services of this mode, as a list. */}}
{{- define "posthorn.running" -}}
{{- if eq .Values.mode "standalone" }}[standalone]{{ else if eq .Values.mode "services" }}[subscription-api, event-ingest, delivery-log, dispatcher, retry-scheduler]{{ else }}{{ fail "mode is services or standalone" }}{{ end }}
{{- end }}

{{/* Values of one service: (dict "root" $ "service" "dispatcher"). */}}
{{- define "posthorn.of" -}}
{{- if eq .service "standalone" }}{{ toYaml .root.Values.standalone }}{{ else }}{{ toYaml (index .root.Values.services .service) }}{{ end }}
{{- end }}

{{- define "posthorn.labels" -}}
{{ include "posthorn.selector" . }}
app.kubernetes.io/version: {{ .root.Values.image.tag | default .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "posthorn.selector" -}}
app.kubernetes.io/name: posthorn
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .service }}
{{- end }}

{{/* Every pod of this release. */}}
{{- define "posthorn.all" -}}
app.kubernetes.io/name: posthorn
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "posthorn.brokers" -}}
{{- if .Values.kafka.brokers }}{{ .Values.kafka.brokers }}{{ else if .Values.strimzi.enabled }}{{ .Values.strimzi.cluster }}-kafka-bootstrap:{{ .Values.strimzi.port }}{{ else }}{{ fail "kafka.brokers is not set, and strimzi.enabled is false" }}{{ end }}
{{- end }}

{{- define "posthorn.caSecret" -}}
{{- if .Values.kafka.tls.enabled }}{{ if .Values.kafka.tls.caSecret }}{{ .Values.kafka.tls.caSecret }}{{ else if .Values.strimzi.enabled }}{{ .Values.strimzi.cluster }}-cluster-ca-cert{{ end }}{{ end }}
{{- end }}

{{/* Each service has a Kafka user of its own where Strimzi makes them; `standalone` is one with the rights of all. */}}
{{- define "posthorn.kafkaUser" -}}
{{- $own := (include "posthorn.of" . | fromYaml).kafkaUser }}
{{- if $own }}{{ $own }}{{ else if and .root.Values.strimzi.enabled .root.Values.strimzi.users }}{{ include "posthorn.name" .root }}-{{ .service }}{{ else }}{{ required "kafka.sasl.username is not set" .root.Values.kafka.sasl.username }}{{ end }}
{{- end }}

{{/* As KafkaConnection.transactionalId makes it: no two prefixes share one. */}}
{{- define "posthorn.transactionalPrefix" -}}
{{- $prefix := .Values.kafka.topicPrefix }}
{{- if hasSuffix "." $prefix }}{{ trimSuffix "." $prefix }}{{ else }}{{ $prefix }}:{{ end }}-cursors-
{{- end }}

{{/* What both Ingresses have. */}}
{{- define "posthorn.ingressHead" -}}
ingressClassName: {{ .Values.ingress.className }}
{{- if .Values.ingress.tlsSecret }}
tls:
  - hosts: [{{ .Values.ingress.host }}]
    secretName: {{ .Values.ingress.tlsSecret }}
{{- end }}
{{- end }}

{{/* What tells this release's series from those of others in the same Prometheus. */}}
{{- define "posthorn.namespaceSelector" -}}
{{- if and .Values.podMonitor.enabled .Values.podMonitor.namespaceLabel }}{{ printf "%s=%q" .Values.podMonitor.namespaceLabel .Release.Namespace }}{{ end }}
{{- end }}
