{{/* Values that are valid alone, but not together. All problems are reported at once, with what to do. */}}
{{- define "curfew.refusals" -}}
{{- $problems := list -}}
{{- if eq .Values.store "memory" -}}
{{- if .Values.autoscaling.enabled -}}
{{- $problems = append $problems "store: memory belongs to one process: set autoscaling.enabled=false and replicas=1, or use store: redis" -}}
{{- else if gt (int .Values.replicas) 1 -}}
{{- $problems = append $problems "store: memory belongs to one process, so each replica would know other sessions: set replicas=1, or use store: redis" -}}
{{- end -}}
{{- else -}}
{{- /* Not in the schema, whose messages repeat the value. */ -}}
{{- if regexMatch "^[^/]*//[^/@]*:[^@]*@" .Values.redis.url -}}
{{- $problems = append $problems "redis.url contains a password, which would show in manifests and in the release: take it out, and name a Secret in redis.password (the user name may stay)" -}}
{{- else if not (regexMatch "^rediss?(://([^:@/?#\\s]+@)?(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?(/[0-9]{0,3})?|\\+sentinel://([^:@/?#\\s]+@)?(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?(,(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?)*/[A-Za-z0-9._-]+(/[0-9]{0,3})?|\\+cluster://([^:@/?#\\s]+@)?(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?(,(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?)*/?)$" .Values.redis.url) -}}
{{- $problems = append $problems "redis.url cannot be used by Curfew: write rediss://host:port, rediss+sentinel://host:port,host:port/name or rediss+cluster://host:port,host:port, or the same with redis" -}}
{{- end -}}
{{- if and (regexMatch "^redis(\\+[a-z]+)?://" .Values.redis.url) (or .Values.redis.ca.secretName .Values.redis.ca.configMapName) -}}
{{- $problems = append $problems "redis.url uses plain text, so redis.ca would have no effect: write rediss://, or set redis.ca.secretName and redis.ca.configMapName to \"\"" -}}
{{- end -}}
{{- $sentinel := .Values.redis.sentinel -}}
{{- if and (or $sentinel.username $sentinel.password.secretName) (not (contains "+sentinel://" .Values.redis.url)) -}}
{{- $problems = append $problems "redis.sentinel has an effect only with rediss+sentinel:// or redis+sentinel:// in redis.url: set its username and password.secretName to \"\"" -}}
{{- else if and $sentinel.username (not $sentinel.password.secretName) -}}
{{- $problems = append $problems "redis.sentinel.username needs the password of that user: name a Secret in redis.sentinel.password" -}}
{{- end -}}
{{- if and .Values.redis.ca.secretName .Values.redis.ca.configMapName -}}
{{- $problems = append $problems "redis.ca names a Secret and a ConfigMap: set the wrong one to \"\"" -}}
{{- end -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (gt (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas)) -}}
{{- $problems = append $problems "autoscaling.minReplicas is more than autoscaling.maxReplicas" -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (not (dig "requests" "cpu" "" .Values.resources)) -}}
{{- $problems = append $problems "the autoscaler measures CPU as a part of the request: set resources.requests.cpu" -}}
{{- end -}}
{{- $drain := add (include "curfew.seconds" .Values.settings.drainDelay) (include "curfew.seconds" .Values.settings.drainTimeout) 5 -}}
{{- if lt (int .Values.terminationGracePeriodSeconds) (int $drain) -}}
{{- $problems = append $problems (printf "terminationGracePeriodSeconds is too short for settings.drainDelay and settings.drainTimeout, and checks would be cut off: at least %d" $drain) -}}
{{- end -}}
{{- if and .Values.policy.existingConfigMap .Values.policy.extraFiles -}}
{{- $problems = append $problems "policy.extraFiles has no effect with policy.existingConfigMap: put the files there" -}}
{{- end -}}
{{- if and (not .Values.policy.existingConfigMap) (not (trim .Values.policy.file)) -}}
{{- $problems = append $problems "policy.file is empty: --set-file policy.file=curfew.yaml" -}}
{{- end -}}
{{- with .Values.administration -}}
{{- $sso := list .sso.issuer .sso.audience .sso.keys .sso.roleClaim | compact -}}
{{- if and .enabled (not .tokens.secretName) (not .tls.clientCaKey) (not $sso) -}}
{{- $problems = append $problems "administration has no caller: set administration.tokens.secretName, administration.tls.clientCaKey or administration.sso" -}}
{{- end -}}
{{- if ne (empty .tls.clientCaKey) (empty .clientRoles) -}}
{{- $problems = append $problems "administration.tls.clientCaKey and administration.clientRoles belong together: set both, or none" -}}
{{- end -}}
{{- if and $sso (lt (len $sso) 4) -}}
{{- $problems = append $problems "administration.sso needs all of issuer, audience, keys and roleClaim, or none" -}}
{{- end -}}
{{- end -}}
{{- /* Kubernetes would accept the change and ignore it. (Without a cluster `lookup` finds nothing.) */ -}}
{{- $name := include "curfew.fullname" . -}}
{{- $service := lookup "v1" "Service" .Release.Namespace $name -}}
{{- if and (not .Values.service.headless) (eq "None" (dig "spec" "clusterIP" "" $service)) -}}
{{- $problems = append $problems (printf "service.headless=false has no effect on the existing Service: kubectl --namespace %s delete service %s, then try again" .Release.Namespace $name) -}}
{{- end -}}
{{- $settings := include "curfew.settings" . | fromYaml -}}
{{- range .Values.extraEnv -}}
{{- if hasKey $settings .name -}}
{{- $problems = append $problems (printf "extraEnv may not set %s, which the chart sets from another value" .name) -}}
{{- else if hasPrefix "CURFEW_ADMIN_" .name -}}
{{- $problems = append $problems (printf "extraEnv may not set %s, because the port and its files belong to it: use administration" .name) -}}
{{- else if and (regexMatch "HEADERS$" .name) .value -}}
{{- $problems = append $problems (printf "extraEnv: %s may hold a credential, which would show in manifests and in the release: use valueFrom.secretKeyRef" .name) -}}
{{- end -}}
{{- end -}}
{{- range $label, $_ := .Values.podLabels -}}
{{- if hasKey (include "curfew.podLabels" $ | fromYaml) $label -}}
{{- $problems = append $problems (printf "podLabels may not set %s, which selects the pods" $label) -}}
{{- end -}}
{{- end -}}
{{- if $problems -}}
{{- fail (printf "\n- %s" (join "\n- " $problems)) -}}
{{- end -}}
{{- end -}}
