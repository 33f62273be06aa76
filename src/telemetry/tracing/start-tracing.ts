import { readFileSync } from 'node:fs';
import type { Lifecycle } from '../../process/lifecycle.ts';
import type { Environment } from '../../settings/process-settings.ts';
import type { Log } from '../log/log.ts';
import type { Tracing } from './tracing.ts';
import { tracingSettings } from './tracing-settings.ts';
import type { TracingSettings } from './tracing-settings.ts';

/** How long exporting the last spans may take. It comes on top of the drain. */
const FLUSH_MAX_MS = 3_000;

/**
 * Traces checks if the environment asks for it. If tracing cannot start, logs why and carries on
 * without it: observability must never stop the service. Call it before opening anything else, so
 * that it closes last.
 */
export async function startTracing(
  environment: Environment,
  log: Log,
  lifecycle: Lifecycle,
): Promise<Tracing | undefined> {
  const { settings, warnings } = tracingSettings(environment);
  for (const warning of warnings) log.warn({ event: 'tracing_setting_ignored' }, warning);
  if (settings === undefined) return undefined;
  try {
    // The packages and our own code for them are loaded only if tracing is on.
    const { loadSdk } = await import('./load-sdk.ts');
    const { tracing, close } = await loadSdk(settings, log);
    lifecycle.opened('tracing', () => close().catch(() => undefined), FLUSH_MAX_MS);
    logOn(log, settings);
    return tracing;
  } catch (error) {
    logFailure(log, error);
    return undefined;
  }
}

function logOn(log: Log, { endpoint, protocol, sampler, propagators }: TracingSettings): void {
  const fields = { event: 'tracing_on', protocol, endpoint, sampler, propagators };
  log.info(fields, 'checks are traced');
}

/** Logs only the code of the error, because its message may contain a setting. */
function logFailure(log: Log, error: unknown): void {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ERR_MODULE_NOT_FOUND') {
    const packages = optionalPackages();
    log.warn(
      { event: 'tracing_packages_missing', packages },
      'OTEL_* asks for traces, but the packages for them are not installed; checks are not traced. ' +
        `Build the image with --build-arg TRACING=true, or: npm install ${packages.join(' ')}`,
    );
    return;
  }
  const error_name = error instanceof Error ? error.name : undefined;
  log.warn(
    {
      event: 'tracing_failed',
      error_name,
      error_code: typeof code === 'string' ? code : undefined,
    },
    'tracing could not be started; checks are not traced',
  );
}

/** The packages that only tracing needs, for `npm install`. From package.json, three folders up. */
function optionalPackages(): readonly string[] {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  const { peerDependencies } = JSON.parse(text) as {
    readonly peerDependencies: Readonly<Record<string, string>>;
  };
  return Object.entries(peerDependencies).map(([name, range]) => `${name}@${range}`);
}
