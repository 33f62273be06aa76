/**
 * The production example with ten times as much time for a check. A busy machine may delay any process for longer than a
 * check may take in production. Here only lost checks matter, not slow ones: a lost check still gets no answer.
 */
export function patientEnvoy(config: string): string {
  return config
    .replace('timeout: 0.25s', 'timeout: 2.5s')
    .replace('max_interval: 0.15s', 'max_interval: 2s');
}
