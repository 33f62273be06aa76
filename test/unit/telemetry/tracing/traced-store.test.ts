import { expect } from 'chai';
import { trace } from '@opentelemetry/api';
import {
  TracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace';
import { StoreUnavailable } from '../../../../src/session/session-store.ts';
import { CheckSpan } from '../../../../src/telemetry/tracing/check-span.ts';
import { StoreSpans } from '../../../../src/telemetry/tracing/store-spans.ts';
import { tracedDirectory } from '../../../../src/telemetry/tracing/traced-directory.ts';
import { TracedStore } from '../../../../src/telemetry/tracing/traced-store.ts';
import { openMemoryWorld } from '../../../support/store/store-world.ts';
import { keyOf, subjectOf, touchOf, visitOf } from '../../../support/store/store-requests.ts';

const ADDRESS = {
  host: 'redis.test',
  port: 6379,
  database: 0,
} as const;

describe('the span of a visit of a login', () => {
  const world = openMemoryWorld();
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const tracer = provider.getTracer('test');
  const store = new TracedStore(world.store, new StoreSpans(tracer, ADDRESS));

  beforeEach(() => exporter.reset());
  after(() => provider.shutdown());

  it('names the script and what it found, and neither key nor arguments', async () => {
    const check = new CheckSpan(tracer.startSpan('check'));
    await world.store.open({ ...touchOf('one'), opening: 'first-use', startedAtMs: undefined });
    await store.visitLogin(visitOf('one', { trace: check }));
    const [span] = exporter.getFinishedSpans();
    expect(span?.name).to.equal('EVALSHA login');
    expect(span?.parentSpanContext?.spanId).to.equal(check.span.spanContext().spanId);
    expect(span?.attributes).to.include({
      'db.stored_procedure.name': 'login',
      'curfew.store.outcome': 'live',
    });
    expect(JSON.stringify(span?.attributes)).to.not.contain(keyOf('one'));
  });

  it('ends with the fault of the store', async () => {
    const closed = openMemoryWorld();
    await closed.close();
    const failing = new TracedStore(closed.store, new StoreSpans(tracer, ADDRESS));
    const check = new CheckSpan(tracer.startSpan('check'));
    const fault = await failing
      .visitLogin(visitOf('one', { trace: check }))
      .catch((error: unknown) => error);
    expect(fault).to.be.instanceOf(StoreUnavailable);
    expect(exporter.getFinishedSpans()[0]?.attributes).to.include({ 'error.type': 'down' });
  });

  it('is not made for a check that is not traced', async () => {
    await store.visitLogin(visitOf('one'));
    expect(exporter.getFinishedSpans()).to.deep.equal([]);
    expect(trace.getActiveSpan()).to.equal(undefined);
  });
});

describe('the spans of the subject of a check', () => {
  const world = openMemoryWorld();
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const tracer = provider.getTracer('test');
  const directory = tracedDirectory(world.directory, new StoreSpans(tracer, ADDRESS));
  const [session, subject] = [keyOf('one'), subjectOf('ada')];

  beforeEach(() => exporter.reset());
  after(() => provider.shutdown());

  const callAll = async (check: { readonly trace?: CheckSpan }) => {
    await directory.enter({ subject, session, retentionMs: 60_000, ...check });
    await directory.attach({ key: session, subject, ...check });
    await directory.subjectState(subject, check);
    await directory.leave(subject, [session], check);
  };

  it('name each call and what it found, and neither session nor subject', async () => {
    const check = new CheckSpan(tracer.startSpan('check'));
    await world.store.open({ ...touchOf('one'), opening: 'first-use', startedAtMs: undefined });
    await callAll({ trace: check });
    const spans = exporter.getFinishedSpans();
    const found = spans.map(({ name, attributes }) => [name, attributes['curfew.store.outcome']]);
    expect(found).to.deep.equal([
      ['EVALSHA enter', 'entered'],
      ['EVALSHA attach', 'attached'],
      ['HMGET', undefined],
      ['ZREM', undefined],
    ]);
    for (const { attributes, parentSpanContext } of spans) {
      expect(parentSpanContext?.spanId).to.equal(check.span.spanContext().spanId);
      expect(attributes).to.include({ 'db.system.name': 'redis', 'server.address': 'redis.test' });
      expect(JSON.stringify(attributes)).to.not.contain(session).and.not.contain(subject);
    }
  });

  it('are not made for a check that is not traced', async () => {
    await callAll({});
    expect(exporter.getFinishedSpans()).to.deep.equal([]);
  });
});
