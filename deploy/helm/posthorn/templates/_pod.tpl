{{/* Environment of one service. Its own settings come last, so that they win. */}}
{{- define "posthorn.env" -}}
{{- $root := .root }}
{{- $values := include "posthorn.of" . | fromYaml }}
{{- $facts := index (include "posthorn.facts" $root | fromYaml) .service }}
{{- $plain := dict
      "POSTHORN_HOST" "0.0.0.0"
      "POSTHORN_PORT" (toString $facts.port)
      "KAFKA_BROKERS" (include "posthorn.brokers" $root)
      "POSTHORN_TOPIC_PREFIX" $root.Values.kafka.topicPrefix
      "POSTHORN_PARTITIONS" (toString $root.Values.kafka.partitions)
      "POSTHORN_REPLICATION_FACTOR" (toString $root.Values.kafka.replicationFactor) }}
{{- if $root.Values.kafka.tls.enabled }}{{ $_ := set $plain "POSTHORN_KAFKA_SSL" "on" }}{{ end }}
{{- if include "posthorn.caSecret" $root }}{{ $_ := set $plain "POSTHORN_KAFKA_CA_FILE" "/etc/posthorn/kafka-ca/ca.crt" }}{{ end }}
{{- if $root.Values.kafka.sasl.mechanism }}
{{- $_ := set $plain "POSTHORN_KAFKA_SASL_MECHANISM" $root.Values.kafka.sasl.mechanism }}
{{- $_ := set $plain "POSTHORN_KAFKA_SASL_USERNAME" (include "posthorn.kafkaUser" .) }}
{{- end }}
{{- if and $root.Values.ingress.enabled (has .service (list "subscription-api" "event-ingest" "delivery-log" "standalone")) }}
{{- if $root.Values.ingress.trustedProxies }}
{{- $_ := set $plain "POSTHORN_TRUSTED_PROXIES" (join "," $root.Values.ingress.trustedProxies) }}
{{- else }}
{{- /* Behind the ingress every caller has its address; the ingress itself limits by address (annotation). */}}
{{- if ne .service "event-ingest" }}{{ $_ := set $plain "POSTHORN_RATE_PER_ADDRESS" "0" }}{{ end }}
{{- if has .service (list "event-ingest" "standalone") }}{{ $_ := set $plain "POSTHORN_INGEST_RATE_PER_ADDRESS" "0" }}{{ end }}
{{- end }}
{{- end }}
{{- if $root.Values.otlpEndpoint }}{{ $_ := set $plain "OTEL_EXPORTER_OTLP_ENDPOINT" $root.Values.otlpEndpoint }}{{ end }}
{{- range $name, $value := mustMergeOverwrite $plain (deepCopy $root.Values.env) (deepCopy ($values.env | default dict)) }}
- name: {{ $name }}
  value: {{ toString $value | quote }}
{{- end }}
{{- if $root.Values.kafka.sasl.mechanism }}
- name: POSTHORN_KAFKA_SASL_PASSWORD
  valueFrom:
    secretKeyRef: { name: {{ $root.Values.kafka.sasl.passwordSecret | default (include "posthorn.kafkaUser" .) }}, key: {{ $root.Values.kafka.sasl.passwordKey }} }
{{- end }}
{{- if $facts.database }}
- name: DATABASE_URL
  valueFrom:
    secretKeyRef: { name: {{ $values.databaseSecret | default $root.Values.secrets.database }}, key: {{ $root.Values.secrets.databaseKey }} }
{{- end }}
{{- if $facts.keyRing }}
- name: POSTHORN_SECRET_KEYS
  valueFrom:
    secretKeyRef: { name: {{ $root.Values.secrets.keys }}, key: {{ $root.Values.secrets.keyRingKey }} }
{{- end }}
{{- if $facts.adminKey }}
- name: POSTHORN_ADMIN_KEY
  valueFrom:
    secretKeyRef: { name: {{ $root.Values.secrets.keys }}, key: {{ $root.Values.secrets.adminKeyKey }} }
{{- end }}
{{- with concat ($root.Values.extraEnv | default list) ($values.extraEnv | default list) }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "posthorn.pod" -}}
{{- $root := .root }}
{{- $values := include "posthorn.of" . | fromYaml }}
{{- $facts := index (include "posthorn.facts" $root | fromYaml) .service }}
metadata:
  labels:
    {{- include "posthorn.labels" . | nindent 4 }}
  {{- with $root.Values.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "posthorn.name" $root }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: 40
  {{- with $root.Values.image.pullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $root.Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with $root.Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $root.Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "posthorn.selector" . | nindent 10 }}
    - maxSkew: 1
      topologyKey: topology.kubernetes.io/zone
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "posthorn.selector" . | nindent 10 }}
  securityContext:
    runAsNonRoot: true
    runAsUser: {{ $root.Values.runAsUser }}
    runAsGroup: {{ $root.Values.runAsUser }}
    seccompProfile: { type: RuntimeDefault }
  containers:
    - name: {{ .service }}
      image: {{ printf "%s/%s:%s" $root.Values.image.repository .service ($root.Values.image.tag | default $root.Chart.AppVersion) | quote }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: { drop: [ALL] }
      ports:
        - { name: http, containerPort: {{ $facts.port }} }
      env:
        {{- include "posthorn.env" . | nindent 8 }}
      # PostgreSQL may take a minute, a migration longer: a start has five.
      startupProbe:
        httpGet: { path: /health/live, port: http }
        periodSeconds: 5
        failureThreshold: 60
      livenessProbe:
        httpGet: { path: /health/live, port: http }
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        httpGet: { path: /health/ready, port: http }
        periodSeconds: 5
        timeoutSeconds: 4
        failureThreshold: 2
      # Who still sends here learns first that nobody should; then SIGTERM, and up to 10 s for what runs.
      lifecycle:
        preStop:
          sleep: { seconds: 5 }
      resources:
        {{- toYaml $values.resources | nindent 8 }}
      {{- $mounts := concat ($root.Values.extraVolumeMounts | default list) ($values.extraVolumeMounts | default list) }}
      {{- if or (include "posthorn.caSecret" $root) $mounts }}
      volumeMounts:
        {{- if include "posthorn.caSecret" $root }}
        - { name: kafka-ca, mountPath: /etc/posthorn/kafka-ca, readOnly: true }
        {{- end }}
        {{- with $mounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- end }}
  {{- $volumes := concat ($root.Values.extraVolumes | default list) ($values.extraVolumes | default list) }}
  {{- if or (include "posthorn.caSecret" $root) $volumes }}
  volumes:
    {{- if include "posthorn.caSecret" $root }}
    - name: kafka-ca
      secret:
        secretName: {{ include "posthorn.caSecret" $root }}
        items:
          - { key: {{ $root.Values.kafka.tls.caKey }}, path: ca.crt }
    {{- end }}
    {{- with $volumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- end }}
{{- end }}
