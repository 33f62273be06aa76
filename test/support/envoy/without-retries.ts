/** The production example without retries, which would hide a lost check. */
export function withoutRetries(config: string): string {
  const without = config.replace(/^ *retry_policy:\n(?: {26,}.*\n)+/m, '');
  if (without === config) throw new Error('envoy.yaml has no retry policy for checks');
  return without;
}
