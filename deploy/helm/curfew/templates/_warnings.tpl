{{/* What works, but is weaker than it should be where users depend on it. */}}
{{- define "curfew.warnings" -}}
{{- $warnings := list -}}
{{- if eq .Values.store "memory" -}}
{{- $warnings = append $warnings "store: memory is for trying things out: each restart makes all sessions unknown." -}}
{{- else -}}
{{- if hasPrefix "redis://" .Values.redis.url -}}
{{- $warnings = append $warnings "redis.url speaks plain text, the password of Redis included: write rediss:// where Redis has TLS." -}}
{{- end -}}
{{- if not .Values.redis.password.secretName -}}
{{- $warnings = append $warnings "redis.password names no Secret: who reaches Redis can end every session, or keep it alive." -}}
{{- end -}}
{{- if and (not .Values.autoscaling.enabled) (lt (int .Values.replicas) 2) -}}
{{- $warnings = append $warnings "There is one replica at most: when its node goes, every request is answered with 503." -}}
{{- end -}}
{{- if not .Values.podDisruptionBudget.enabled -}}
{{- $warnings = append $warnings "podDisruptionBudget is off: draining nodes may take all replicas at once." -}}
{{- end -}}
{{- if lt (int (include "curfew.seconds" .Values.settings.drainDelay)) 12 -}}
{{- $warnings = append $warnings "settings.drainDelay is short: until every Envoy knows that a replica leaves, some 12 s may pass." -}}
{{- end -}}
{{- if not .Values.image.digest -}}
{{- $warnings = append $warnings "The image is named by a tag, which somebody may move: set image.digest." -}}
{{- end -}}
{{- if not .Values.serviceMonitor.enabled -}}
{{- $warnings = append $warnings "serviceMonitor is off: see that something scrapes /metrics on port 9002 of every replica." -}}
{{- end -}}
{{- end -}}
{{- if not .Values.networkPolicy.enabled -}}
{{- $warnings = append $warnings "networkPolicy is off: whoever reaches port 9001 can try credentials, and open sessions." -}}
{{- end -}}
{{- if and (not .Values.policy.existingConfigMap) (regexMatch "(?m)^[^#]*\\bmode: *observe\\b" .Values.policy.file) -}}
{{- $warnings = append $warnings "The policy file has `mode: observe`: there nobody is refused, and no session ends." -}}
{{- end -}}
{{- if $warnings }}

Look at
{{- range $warnings }}
 - {{ . }}
{{- end }}
{{- end -}}
{{- end -}}
