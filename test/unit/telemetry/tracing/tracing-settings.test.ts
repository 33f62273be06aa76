import { expect } from 'chai';
import type { Environment } from '../../../../src/settings/process-settings.ts';
import { tracingSettings } from '../../../../src/telemetry/tracing/tracing-settings.ts';

const ENDPOINT = 'http://collector:4318';
const DEFAULTS = {
  protocol: 'http/protobuf',
  endpoint: ENDPOINT,
  sampler: { root: 'always_on', followsParent: true, ratio: 1 },
  propagators: ['tracecontext'],
  batch: {},
};

describe('tracing', () => {
  const off: [string, Environment][] = [
    ['nothing is set', {}],
    ['only other variables are set', { OTEL_SERVICE_NAME: 'a', OTEL_TRACES_SAMPLER: 'always_on' }],
    ['the endpoint is empty', { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }],
    ['the SDK is disabled', { OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT, OTEL_SDK_DISABLED: 'True' }],
    [
      'there is no exporter for traces',
      { OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT, OTEL_TRACES_EXPORTER: 'none' },
    ],
  ];
  for (const [when, environment] of off) {
    it(`is off when ${when}`, () => {
      expect(tracingSettings(environment)).to.deep.equal({ settings: undefined, warnings: [] });
    });
  }

  const on: [string, Environment, object][] = [
    ['an endpoint is named', { OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT }, {}],
    [
      'an endpoint for traces is named, which goes first',
      {
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://user:secret@traces.example/v1/traces',
        OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT,
      },
      { endpoint: 'https://traces.example' },
    ],
    ['the exporter is named', { OTEL_TRACES_EXPORTER: 'otlp' }, { endpoint: undefined }],
    [
      'the SDK is disabled by another word than true',
      { OTEL_SDK_DISABLED: '1', OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT },
      {},
    ],
    [
      'gRPC is used with a name that is not a URL',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      { protocol: 'grpc', endpoint: undefined },
    ],
    [
      'gRPC is used for traces only',
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
        OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'grpc',
      },
      { protocol: 'grpc' },
    ],
    [
      'a share is sampled',
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT,
        OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
        OTEL_TRACES_SAMPLER_ARG: '0.25',
      },
      { sampler: { root: 'traceidratio', followsParent: true, ratio: 0.25 } },
    ],
    [
      'the caller does not decide',
      { OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT, OTEL_TRACES_SAMPLER: 'always_off' },
      { sampler: { root: 'always_off', followsParent: false, ratio: 1 } },
    ],
    [
      'other propagators are named',
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT,
        OTEL_PROPAGATORS: 'b3, tracecontext,baggage',
      },
      { propagators: ['tracecontext', 'b3'] },
    ],
    [
      'no propagator is named',
      { OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT, OTEL_PROPAGATORS: 'none' },
      { propagators: [] },
    ],
    [
      'batches are tuned',
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT,
        OTEL_BSP_SCHEDULE_DELAY: '1000',
        OTEL_BSP_EXPORT_TIMEOUT: '2000',
        OTEL_BSP_MAX_QUEUE_SIZE: '4096',
        OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '128',
      },
      {
        batch: {
          scheduledDelayMillis: 1000,
          exportTimeoutMillis: 2000,
          maxQueueSize: 4096,
          maxExportBatchSize: 128,
        },
      },
    ],
  ];
  for (const [when, environment, differing] of on) {
    it(`is on when ${when}`, () => {
      expect(tracingSettings(environment)).to.deep.equal({
        settings: { ...DEFAULTS, ...differing },
        warnings: [],
      });
    });
  }

  const invalid: [string, string, boolean][] = [
    ['OTEL_TRACES_EXPORTER', 'zipkin-s3cret', false],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'http/json-s3cret', false],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'collector-s3cret', false],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'ftp://user:s3cret@collector', false],
    ['OTEL_TRACES_SAMPLER', 'jaeger_remote_s3cret', true],
    ['OTEL_PROPAGATORS', 'tracecontext,xray_s3cret', true],
    ['OTEL_BSP_SCHEDULE_DELAY', '-1s3cret', true],
    ['OTEL_BSP_MAX_QUEUE_SIZE', '0', true],
    ['OTEL_BSP_EXPORT_TIMEOUT', '99999999999', true],
  ];
  for (const [variable, value, isOn] of invalid) {
    it(`warns of ${variable}=${value} without repeating it, and is ${isOn ? 'on' : 'off'}`, () => {
      const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT, [variable]: value };
      const { settings, warnings } = tracingSettings(environment);
      expect(settings).to.deep.equal(isOn ? DEFAULTS : undefined);
      expect(warnings).to.have.lengthOf(1);
      expect(warnings[0])
        .to.match(new RegExp(`^${variable}`))
        .and.not.match(/s3cret/);
    });
  }

  it('warns of an invalid share, and samples everything', () => {
    for (const share of ['2', '-0.5', 'half', '1e-2']) {
      const { settings, warnings } = tracingSettings({
        OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT,
        OTEL_TRACES_SAMPLER: 'traceidratio',
        OTEL_TRACES_SAMPLER_ARG: share,
      });
      expect(settings?.sampler.ratio, share).to.equal(1);
      expect(warnings, share).to.have.lengthOf(1);
    }
  });
});
