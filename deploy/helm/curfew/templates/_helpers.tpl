{{/* The name of all objects. Short enough for a Service with the longest suffix, "-healthcheck". */}}
{{- define "curfew.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- $full | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* The labels by which the Service, the budget and other objects select the pods. They never change. */}}
{{- define "curfew.selector" -}}
app.kubernetes.io/name: curfew
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: authorizer
{{- end -}}

{{/* The labels of the objects of administration. ServiceMonitors must not select its Service. */}}
{{- define "curfew.adminLabels" -}}
{{ include "curfew.commonLabels" . }}
app.kubernetes.io/component: administration
{{- end -}}

{{/* Labels that say which release made an object. */}}
{{- define "curfew.commonLabels" -}}
app.kubernetes.io/name: curfew
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/part-of: curfew
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{/* The labels of all objects except those of the test and of administration. */}}
{{- define "curfew.labels" -}}
{{ include "curfew.commonLabels" . }}
app.kubernetes.io/component: authorizer
{{- end -}}

{{- define "curfew.podLabels" -}}
{{ include "curfew.selector" . }}
app.kubernetes.io/part-of: curfew
{{- end -}}

{{- define "curfew.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "curfew.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "curfew.policyConfigMapName" -}}
{{- default (printf "%s-policy" (include "curfew.fullname" .)) .Values.policy.existingConfigMap -}}
{{- end -}}

{{- define "curfew.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ default $.Chart.AppVersion .tag }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The name by which Envoy reaches Curfew. Curfew's certificate must have it. */}}
{{- define "curfew.host" -}}
{{ include "curfew.fullname" . }}.{{ .Release.Namespace }}.svc.{{ .Values.clusterDomain }}
{{- end -}}

{{/* The name by which callers reach administration. Its certificate must have it. */}}
{{- define "curfew.adminHost" -}}
{{ include "curfew.fullname" . }}-admin.{{ .Release.Namespace }}.svc.{{ .Values.clusterDomain }}
{{- end -}}

{{/* The ports of redis.url, each once, between spaces; with Sentinels also that of the servers that they name. */}}
{{- define "curfew.redisPorts" -}}
{{- $isSentinel := contains "+sentinel://" .Values.redis.url -}}
{{- $authority := regexReplaceAll "^[^/]*//([^@/]*@)?([^/]*).*$" .Values.redis.url "${2}" -}}
{{- $ports := list -}}
{{- range splitList "," $authority -}}
{{- $ports = append $ports (default (ternary "26379" "6379" $isSentinel) (regexFind ":[0-9]+$" . | trimPrefix ":")) -}}
{{- end -}}
{{- if $isSentinel -}}
{{- $ports = append $ports (toString .Values.redis.sentinel.redisPort) -}}
{{- end -}}
{{- $ports | uniq | join " " -}}
{{- end -}}

{{/* Whether the authorities for Redis are in the same Secret as its password, and so in the same folder. */}}
{{- define "curfew.redisCaFolder" -}}
{{- if and .Values.redis.password.secretName (eq .Values.redis.ca.secretName .Values.redis.password.secretName) -}}
/run/secrets/curfew-redis
{{- else -}}
/run/secrets/curfew-redis-ca
{{- end -}}
{{- end -}}

{{/* 0440: readable for the group of the pod only. In decimals: YAML 1.1 and 1.2 read a leading zero differently. */}}
{{- define "curfew.secretMode" -}}288{{- end -}}

{{/* The volume with the authorities for Redis, if it is not the volume of the password. */}}
{{- define "curfew.redisCaVolume" -}}
{{- with .Values.redis.ca -}}
{{- if .configMapName -}}
- name: redis-ca
  configMap: { name: {{ .configMapName }} }
{{- else if and .secretName (ne .secretName $.Values.redis.password.secretName) -}}
- name: redis-ca
  secret: { secretName: {{ .secretName }}, defaultMode: {{ include "curfew.secretMode" . }} }
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The settings that the process reads at its start. Everything else is in the policy file. */}}
{{- define "curfew.settings" -}}
CURFEW_CONFIG: /etc/curfew/curfew.yaml
{{- with .Values.settings }}
CURFEW_GRPC_ADDRESS: {{ printf "%s:9001" .listenHost | quote }}
CURFEW_OPS_ADDRESS: {{ printf "%s:9002" .listenHost | quote }}
CURFEW_DRAIN_DELAY: {{ .drainDelay }}
CURFEW_DRAIN_TIMEOUT: {{ .drainTimeout }}
{{- with .logLevel }}
CURFEW_LOG_LEVEL: {{ . }}
{{- end }}
{{- end }}
{{- if eq .Values.store "memory" }}
CURFEW_STORE: 'memory:'
{{- else }}
CURFEW_STORE: {{ .Values.redis.url | quote }}
CURFEW_KEY_FILE: /run/secrets/curfew-keys/{{ .Values.keys.key }}
{{- with .Values.redis.password }}
{{- if .secretName }}
CURFEW_REDIS_PASSWORD_FILE: /run/secrets/curfew-redis/{{ .key }}
{{- end }}
{{- end }}
{{- with .Values.redis.ca }}
{{- if or .secretName .configMapName }}
CURFEW_REDIS_CA_FILE: {{ include "curfew.redisCaFolder" $ }}/{{ .key }}
{{- end }}
{{- end }}
{{- with .Values.redis.sentinel }}
{{- if .username }}
CURFEW_SENTINEL_USERNAME: {{ .username | quote }}
{{- end }}
{{- if .password.secretName }}
CURFEW_SENTINEL_PASSWORD_FILE: /run/secrets/curfew-sentinel/{{ .password.key }}
{{- end }}
{{- end }}
{{- end }}
{{- with .Values.tls }}
{{- if .enabled }}
CURFEW_GRPC_TLS_CERT_FILE: /run/secrets/curfew-tls/{{ .certKey }}
CURFEW_GRPC_TLS_KEY_FILE: /run/secrets/curfew-tls/{{ .privateKeyKey }}
CURFEW_GRPC_CLIENT_CA_FILE: /run/secrets/curfew-tls/{{ .caKey }}
{{- end }}
{{- end }}
{{- with .Values.administration }}
{{- if .enabled }}
CURFEW_ADMIN_ADDRESS: {{ printf "%s:9003" $.Values.settings.listenHost | quote }}
{{- if .tokens.secretName }}
CURFEW_ADMIN_TOKENS_FILE: /run/secrets/curfew-admin-tokens/{{ .tokens.key }}
{{- end }}
CURFEW_ADMIN_TLS_CERT_FILE: /run/secrets/curfew-admin-tls/{{ .tls.certKey }}
CURFEW_ADMIN_TLS_KEY_FILE: /run/secrets/curfew-admin-tls/{{ .tls.privateKeyKey }}
{{- with .tls.clientCaKey }}
CURFEW_ADMIN_CLIENT_CA_FILE: /run/secrets/curfew-admin-tls/{{ . }}
{{- end }}
{{- if .clientRoles }}
{{- $roles := list }}
{{- range $name, $role := .clientRoles }}
{{- $roles = append $roles (printf "%s=%s" $name $role) }}
{{- end }}
CURFEW_ADMIN_ROLE: {{ join "," $roles | quote }}
{{- end }}
{{- with .sso.issuer }}
CURFEW_ADMIN_JWT_ISSUER: {{ . | quote }}
{{- end }}
{{- with .sso.audience }}
CURFEW_ADMIN_JWT_AUDIENCE: {{ . | quote }}
{{- end }}
{{- with .sso.keys }}
CURFEW_ADMIN_JWT_KEYS: {{ . | quote }}
{{- end }}
{{- with .sso.roleClaim }}
CURFEW_ADMIN_JWT_ROLE_CLAIM: {{ . | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* The restrictions of every container. They are not values, because Curfew needs no more rights. */}}
{{- define "curfew.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{- define "curfew.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "curfew.spread" -}}
- maxSkew: 1
  topologyKey: {{ .topologyKey }}
  whenUnsatisfiable: {{ .whenUnsatisfiable }}
  labelSelector:
    matchLabels: {{- include "curfew.selector" .root | nindent 6 }}
  matchLabelKeys: [pod-template-hash]
{{- end -}}

{{/* A duration such as 1m30s in seconds, rounded up. */}}
{{- define "curfew.seconds" -}}
{{- $unitMs := dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000 "d" 86400000 -}}
{{- $ms := 0 -}}
{{- range regexFindAll "[0-9]+(ms|s|m|h|d)" . -1 -}}
{{- $ms = add $ms (mul (regexFind "^[0-9]+" .) (get $unitMs (regexFind "[a-z]+$" .))) -}}
{{- end -}}
{{- div (add $ms 999) 1000 -}}
{{- end -}}

{{/*
A text as a value of a ConfigMap's `data`, byte by byte. Readable where that is safe, so that `helm diff` shows lines;
otherwise, with control characters or an unusual end, as JSON. (toYaml loses line breaks at the end.)
*/}}
{{- define "curfew.text" -}}
{{- if regexMatch "^([^\\pC\\x{2028}\\x{2029}]|\\n)*[^\\pC\\s\\x{2028}\\x{2029}]\\n$" . -}}
|2
{{ trimSuffix "\n" . | indent 4 }}
{{- else -}}
{{ toJson . }}
{{- end -}}
{{- end -}}
