import type { Lifecycle } from '../lifecycle.ts';
import type { Log } from '../log.ts';
import type { Environment } from '../process-settings.ts';
import { optionalPackages } from './optional-packages.ts';
import type { Tracing } from './tracing.ts';
import { tracingSettings } from './tracing-settings.ts';
import type { TracingSettings } from './tracing-settings.ts';

/** How long the last spans may take to leave: it comes on top of the drain. */
const FLUSH_MAX_MS = 3_000;

/**
 * Traces checks if the environment says so. Whatever is amiss is told and leaves them untraced: nobody is kept from serving
 * by who watches. To be called before anything else is opened, so that it is closed last.
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
    // Neither the packages nor our own half of it are loaded where nobody asks for them.
    const { loadSdk } = await import('./load-sdk.ts');
    const { tracing, close } = await loadSdk(settings, log);
    lifecycle.opened('tracing', () => close().catch(() => undefined), FLUSH_MAX_MS);
    tell(log, settings);
    return tracing;
  } catch (error) {
    tellWhyNot(log, error);
    return undefined;
  }
}

function tell(log: Log, { endpoint, protocol, sampler, propagators }: TracingSettings): void {
  const fields = { event: 'tracing_on', protocol, endpoint, sampler, propagators };
  log.info(fields, 'checks are traced, for an OpenTelemetry collector');
}

/** Of the error only its code: its text may repeat a setting. */
function tellWhyNot(log: Log, error: unknown): void {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ERR_MODULE_NOT_FOUND') {
    const packages = optionalPackages();
    log.warn(
      { event: 'tracing_packages_missing', packages },
      'OTEL_* asks for traces, but the packages for it are not installed; checks are not traced. ' +
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
