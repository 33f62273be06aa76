import { CompositePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { CheckSpans } from '../../../../src/telemetry/tracing/check-spans.ts';

// Whether a check is sampled is read directly from its header where possible. For every header this
// must give the same result as the propagator and the sampler, which are used otherwise.

const tracer = new TracerProvider().getTracer('test');
const w3c = new W3CTraceContextPropagator();

/** The same with one more header, so that the propagator has to be used. */
class AskedAlways extends W3CTraceContextPropagator {
  override fields(): string[] {
    return [...super.fields(), 'x-more'];
  }
}

const shortWay = new CheckSpans({ tracer, propagator: w3c, followsParent: true });
const longWay = new CheckSpans({ tracer, propagator: new AskedAlways(), followsParent: true });

const HEX = fc.constantFrom(...'0123456789abcdef'.split(''));
const NEARLY_HEX = fc.constantFrom(...'0123456789ABCDEFg- '.split(''));

const digits = (length: number): fc.Arbitrary<string> =>
  fc.oneof(
    {
      weight: 9,
      arbitrary: fc.string({
        unit: HEX,
        minLength: length,
        maxLength: length,
      }),
    },
    fc.constant('0'.repeat(length)),
    fc.string({ unit: NEARLY_HEX, maxLength: length + 1 }),
  );
const version = fc.oneof({ weight: 9, arbitrary: fc.constant('00') }, digits(2));
const traceparent = fc
  .tuple(version, digits(32), digits(16), digits(2), fc.constantFrom('', '', '', '-', ' ', ',00'))
  .map(([first, trace, span, flags, rest]) => `${first}-${trace}-${span}-${flags}${rest}`);

describe('check spans', () => {
  it('leave out the same checks as the propagator and the sampler would', () => {
    let left = 0;
    fc.assert(
      fc.property(fc.option(traceparent, { nil: undefined }), (value) => {
        const header = (name: string): string | undefined =>
          name === 'traceparent' ? value : undefined;
        const isLeftOut = longWay.arrived(header) === undefined;
        expect(shortWay.arrived(header) === undefined, value).to.equal(isLeftOut);
        if (isLeftOut) left += 1;
      }),
      { numRuns: 3_000 },
    );
    expect(left).to.be.greaterThan(300);
  });

  it('read the headers of their propagator, and no others', () => {
    expect(shortWay.headers).to.deep.equal(['traceparent', 'tracestate']);
    const none = new CheckSpans({
      tracer,
      propagator: new CompositePropagator({ propagators: [] }),
      followsParent: true,
    });
    expect(none.headers).to.deep.equal([]);
  });

  it('do not cost a check its answer when the propagator fails', () => {
    class Failing extends W3CTraceContextPropagator {
      override extract(): never {
        throw new Error('broken');
      }
    }
    const spans = new CheckSpans({ tracer, propagator: new Failing(), followsParent: true });
    expect(spans.arrived(() => undefined)).to.equal(undefined);
  });
});
