import type { Environment } from '../../settings/process-settings.ts';
import { parsePropagators, parseRatio, parseSampler } from './tracing-values.ts';
import type { PropagatorName, SamplerSettings } from './tracing-values.ts';

export const PROTOCOLS = ['http/protobuf', 'grpc'] as const;
export type OtlpProtocol = (typeof PROTOCOLS)[number];

/** The standard variables that the packages do not read themselves. */
export interface TracingSettings {
  readonly protocol: OtlpProtocol;
  /** Where spans are sent, without user and password; `undefined`: the default of OTLP. */
  readonly endpoint: string | undefined;
  readonly sampler: SamplerSettings;
  readonly propagators: readonly PropagatorName[];
  readonly batch: BatchSettings;
}

/** With the names of the SDK. A member that is missing has the SDK's default. */
export interface BatchSettings {
  readonly scheduledDelayMillis?: number;
  readonly exportTimeoutMillis?: number;
  readonly maxQueueSize?: number;
  readonly maxExportBatchSize?: number;
}

export interface TracingChoice {
  /** `undefined`: tracing is off. */
  readonly settings: TracingSettings | undefined;
  /** Which variables cannot be used. Values are not repeated, as some contain credentials. */
  readonly warnings: readonly string[];
}

const BATCH_VARIABLES = {
  scheduledDelayMillis: 'OTEL_BSP_SCHEDULE_DELAY',
  exportTimeoutMillis: 'OTEL_BSP_EXPORT_TIMEOUT',
  maxQueueSize: 'OTEL_BSP_MAX_QUEUE_SIZE',
  maxExportBatchSize: 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
} as const;
/** The longest time that a timer can have. */
const NUMBER_MAX = 2 ** 31 - 1;

/**
 * Whether and how checks are traced. Reads the variables of the OpenTelemetry specification and no
 * others. Tracing is on if they name an exporter or an endpoint. As the specification says, an
 * empty variable counts as unset, and an invalid one is ignored with a warning.
 */
export function tracingSettings(environment: Environment): TracingChoice {
  const warnings: string[] = [];
  const settings = new StandardVariables(environment, warnings).settings();
  return { settings, warnings };
}

class StandardVariables {
  readonly #environment: Environment;
  readonly #warnings: string[];

  constructor(environment: Environment, warnings: string[]) {
    this.#environment = environment;
    this.#warnings = warnings;
  }

  settings(): TracingSettings | undefined {
    if (!this.#isAsked()) return undefined;
    const protocol = this.#protocol();
    if (protocol === undefined) return undefined;
    const endpoint = this.#endpoint(protocol);
    if (endpoint === 'unreadable') return undefined;
    return {
      protocol,
      endpoint,
      sampler: this.#sampler(),
      propagators: parsePropagators(this.#value('OTEL_PROPAGATORS'), this.#warnings),
      batch: this.#batch(),
    };
  }

  #isAsked(): boolean {
    if (this.#value('OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return false;
    const exporter = this.#value('OTEL_TRACES_EXPORTER');
    if (exporter === 'none') return false;
    if (exporter !== undefined && exporter !== 'otlp') {
      this.#warnings.push(
        'OTEL_TRACES_EXPORTER names an exporter that Curfew does not have; use otlp',
      );
      return false;
    }
    return exporter === 'otlp' || this.#endpointVariable() !== undefined;
  }

  #protocol(): OtlpProtocol | undefined {
    const text =
      this.#value('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ??
      this.#value('OTEL_EXPORTER_OTLP_PROTOCOL') ??
      PROTOCOLS[0];
    const protocol = PROTOCOLS.find((one) => one === text);
    if (protocol !== undefined) return protocol;
    this.#warnings.push(
      `OTEL_EXPORTER_OTLP_PROTOCOL is not supported; use ${PROTOCOLS.join(' or ')}; checks are not traced`,
    );
    return undefined;
  }

  #endpointVariable(): string | undefined {
    const names = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'];
    return names.find((name) => this.#value(name) !== undefined);
  }

  #endpoint(protocol: OtlpProtocol): string | undefined {
    const variable = this.#endpointVariable();
    if (variable === undefined) return undefined;
    const url = URL.parse(this.#value(variable) ?? '');
    if (url !== null && ['http:', 'https:'].includes(url.protocol)) return url.origin;
    // gRPC also accepts host:port and target names of its own.
    if (protocol === 'grpc') return undefined;
    this.#warnings.push(`${variable} is not an http:// or https:// URL; checks are not traced`);
    return 'unreadable';
  }

  #sampler(): SamplerSettings {
    const sampler = parseSampler(this.#value('OTEL_TRACES_SAMPLER'), this.#warnings);
    const ratio = parseRatio(this.#value('OTEL_TRACES_SAMPLER_ARG'), sampler, this.#warnings);
    return { ...sampler, ratio };
  }

  #batch(): BatchSettings {
    const batch: { -readonly [Name in keyof BatchSettings]: BatchSettings[Name] } = {};
    for (const name of Object.keys(BATCH_VARIABLES) as (keyof BatchSettings)[]) {
      const variable = BATCH_VARIABLES[name];
      const text = this.#value(variable);
      if (text === undefined) continue;
      const number = /^\d{1,10}$/.test(text) ? Number(text) : 0;
      if (number > 0 && number <= NUMBER_MAX) batch[name] = number;
      else this.#warnings.push(`${variable} is not a positive number; using the default`);
    }
    return batch;
  }

  #value(name: string): string | undefined {
    const text = this.#environment[name]?.trim();
    return text === '' ? undefined : text;
  }
}
