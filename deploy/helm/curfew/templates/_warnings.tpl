{{/* Settings that work, but are too weak for production. */}}
{{- define "curfew.warnings" -}}
{{- $warnings := list -}}
{{- if eq .Values.store "memory" -}}
{{- $warnings = append $warnings "store: memory is for a trial: each restart makes all sessions unknown." -}}
{{- else -}}
{{- if regexMatch "^redis(\\+[a-z]+)?://" .Values.redis.url -}}
{{- $warnings = append $warnings "redis.url uses plain text, also for the password of Redis: write rediss:// if Redis has TLS." -}}
{{- end -}}
{{- if not .Values.redis.password.secretName -}}
{{- $warnings = append $warnings "redis.password names no Secret: every client that reaches Redis can end sessions, or keep them alive." -}}
{{- end -}}
{{- if and (not .Values.autoscaling.enabled) (lt (int .Values.replicas) 2) -}}
{{- $warnings = append $warnings "There is at most one replica: when its node fails, every request is answered with 503." -}}
{{- end -}}
{{- if not .Values.podDisruptionBudget.enabled -}}
{{- $warnings = append $warnings "podDisruptionBudget is off: draining nodes may stop all replicas at once." -}}
{{- end -}}
{{- if lt (int (include "curfew.seconds" .Values.settings.drainDelay)) 12 -}}
{{- $warnings = append $warnings "settings.drainDelay is short: it may take some 12 s until every Envoy knows that a replica stops." -}}
{{- end -}}
{{- if not .Values.image.digest -}}
{{- $warnings = append $warnings "The image is named by a tag, which can be moved to another image: set image.digest." -}}
{{- end -}}
{{- if not .Values.serviceMonitor.enabled -}}
{{- $warnings = append $warnings "serviceMonitor is off: make sure that Prometheus scrapes /metrics on port 9002 of every replica." -}}
{{- end -}}
{{- end -}}
{{- if not .Values.networkPolicy.enabled -}}
{{- $warnings = append $warnings "networkPolicy is off: every client that reaches port 9001 can try credentials and open sessions." -}}
{{- end -}}
{{- if and .Values.administration.enabled (not .Values.networkPolicy.enabled) -}}
{{- $warnings = append $warnings "networkPolicy is off: every client that reaches port 9003 can try tokens of administration." -}}
{{- end -}}
{{- if and (not .Values.policy.existingConfigMap) (regexMatch "(?m)^[^#]*\\bmode: *observe\\b" .Values.policy.file) -}}
{{- $warnings = append $warnings "The policy file has `mode: observe`: such a policy denies nothing and ends no session." -}}
{{- end -}}
{{- if $warnings }}

Warnings
{{- range $warnings }}
 - {{ . }}
{{- end }}
{{- end -}}
{{- end -}}
