import { expect } from 'chai';
import { loadScripts } from '../../../../../src/store/redis/load-scripts.ts';
import { TouchText } from '../../../../../src/store/redis/connection/touch-text.ts';
import { touchOf } from '../../../../support/store/store-requests.ts';

describe('the text of a touch', () => {
  it('asks for the mark of a challenge as long as all replicas can read it', () => {
    let canMark = false;
    const text = new TouchText(loadScripts().touch, { allCan: () => canMark });
    const request = touchOf('one', { onExpiry: 'challenge' });
    const asked = [false, true, false, true].map((now) => {
      canMark = now;
      return /\r\n(end|challenge|keep|observe)\r\n/.exec(text.of(request, 'nonce', 1))?.[1];
    });
    expect(asked).to.deep.equal(['keep', 'challenge', 'keep', 'challenge']);
  });
});
