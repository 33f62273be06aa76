import { expect } from 'chai';
import * as fc from 'fast-check';
import { StreamSlots } from '../../../../src/http2/streams/stream-slots.ts';
import type { UnaryStream } from '../../../../src/http2/streams/unary-stream.ts';

const streamOf = (id: number): UnaryStream => ({ id }) as UnaryStream;
const idsOf = (slots: StreamSlots): number[] =>
  slots
    .all()
    .map(({ id }) => id)
    .toSorted((one, other) => one - other);

describe('stream-slots', () => {
  it('finds, counts and lists the same streams as a Map', () => {
    const step = fc.record({ skipped: fc.nat(200), removed: fc.nat(9), isRemoved: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const slots = new StreamSlots();
        const model = new Map<number, UnaryStream>();
        let id = 1;
        for (const { skipped, removed, isRemoved } of steps) {
          id += 2 * (1 + skipped);
          const stream = streamOf(id);
          slots.add(stream);
          model.set(id, stream);
          const victim = [...model.keys()][removed];
          if (isRemoved && victim !== undefined) {
            slots.remove(victim);
            slots.remove(victim);
            model.delete(victim);
          }
          expect(slots.size).to.equal(model.size);
          expect(idsOf(slots)).to.deep.equal([...model.keys()]);
          for (const [known, one] of model) expect(slots.find(known)).to.equal(one);
          expect(slots.find(victim ?? 0)).to.equal(model.get(victim ?? 0));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('does not grow while one stream stays open and thousands come and go', () => {
    const slots = new StreamSlots();
    slots.add(streamOf(1));
    for (let id = 3; id < 20_000; id += 2) {
      slots.add(streamOf(id));
      expect(slots.find(id)?.id).to.equal(id);
      slots.remove(id);
    }
    expect(idsOf(slots)).to.deep.equal([1]);
  });
});
