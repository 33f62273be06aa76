import { diag, DiagLogLevel } from '@opentelemetry/api';
import type { TextMapPropagator } from '@opentelemetry/api';
import type * as Core from '@opentelemetry/core';
import type * as Sdk from '@opentelemetry/sdk-trace';
import type { Sampler, SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Log } from '../log/log.ts';
import { monotonicMs } from '../../process/clock.ts';
import { programVersion } from '../../process/version.ts';
import { Tracing } from './tracing.ts';
import type { OtlpProtocol, TracingSettings } from './tracing-settings.ts';
import type { PropagatorName, SamplerSettings } from './tracing-values.ts';
import { WatchedExporter } from './watched-exporter.ts';

const NAME = 'curfew';
const DROPPED = /^Dropped (\d{1,10}) spans\b/;

export interface LoadedTracing {
  readonly tracing: Tracing;
  /** Exports the remaining spans. */
  close(): Promise<void>;
}

/**
 * Loads the OpenTelemetry SDK, which is not installed together with Curfew.
 * @throws {Error} `ERR_MODULE_NOT_FOUND` if a package is missing
 */
export async function loadSdk(settings: TracingSettings, log: Log): Promise<LoadedTracing> {
  const sdk = await import('@opentelemetry/sdk-trace');
  const core = await import('@opentelemetry/core');
  const propagators = await Promise.all(
    settings.propagators.map((name) => propagatorOf(name, core)),
  );
  const exporter = new WatchedExporter(await exporterOf(settings.protocol), log, monotonicMs);
  listenToSdk(exporter);
  const provider: TracerProvider = new sdk.TracerProvider({
    resource: await ownResource(),
    sampler: samplerOf(settings.sampler, sdk),
    spanProcessors: [new sdk.BatchSpanProcessor({ ...settings.batch, exporter })],
  });
  const tracing = new Tracing({
    tracer: provider.getTracer(NAME, programVersion()),
    propagator: new core.CompositePropagator({ propagators }),
    followsParent: settings.sampler.followsParent,
  });
  return { tracing, close: () => provider.shutdown() };
}

/**
 * The exporters read OTEL_EXPORTER_OTLP_* themselves: endpoint, headers, certificates, timeout,
 * compression.
 */
async function exporterOf(protocol: OtlpProtocol): Promise<SpanExporter> {
  if (protocol === 'grpc') {
    const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-grpc');
    return new OTLPTraceExporter();
  }
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter();
}

async function propagatorOf(name: PropagatorName, core: typeof Core): Promise<TextMapPropagator> {
  if (name === 'tracecontext') return new core.W3CTraceContextPropagator();
  // Both forms of B3 are read, as the specification says. Each propagator lists only its own
  // headers.
  const { B3InjectEncoding, B3Propagator } = await import('@opentelemetry/propagator-b3');
  const inOne = new B3Propagator();
  const inSeveral = new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER });
  return new core.CompositePropagator({ propagators: [inOne, inSeveral] });
}

function samplerOf({ root, followsParent, ratio }: SamplerSettings, sdk: typeof Sdk): Sampler {
  const decide = {
    always_on: () => new sdk.AlwaysOnSampler(),
    always_off: () => new sdk.AlwaysOffSampler(),
    traceidratio: () => new sdk.TraceIdRatioBasedSampler(ratio),
  }[root]();
  return followsParent ? new sdk.ParentBasedSampler({ root: decide }) : decide;
}

/**
 * Name and version of this service, unless OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES are set.
 */
async function ownResource() {
  const resources = await import('@opentelemetry/resources');
  const named = resources.resourceFromAttributes({
    'service.name': NAME,
    'service.version': programVersion(),
  });
  const detected = resources.detectResources({
    detectors: [
      resources.serviceInstanceIdDetector,
      resources.resourceAttributesEnvDetector,
      resources.serviceNameEnvDetector,
    ],
  });
  return resources.defaultResource().merge(named).merge(detected);
}

/**
 * Uses only the count of dropped spans. Other texts of the SDK may repeat an endpoint with its
 * password.
 */
function listenToSdk(exporter: WatchedExporter): void {
  const silent = (): void => undefined;
  const warn = (text: string): void => {
    const spans = DROPPED.exec(text)?.[1];
    if (spans !== undefined) exporter.dropped(Number(spans));
  };
  const logger = { error: silent, warn, info: silent, debug: silent, verbose: silent };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}
