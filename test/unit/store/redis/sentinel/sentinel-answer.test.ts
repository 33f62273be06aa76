import { expect } from 'chai';
import {
  readAddress,
  readEpoch,
  readSwitch,
  refusalBy,
} from '../../../../../src/store/redis/sentinel/sentinel-answer.ts';
import { RespError } from '../../../../../src/store/redis/wire/resp.ts';
import type { RespReply } from '../../../../../src/store/redis/wire/resp.ts';

describe('the answer of a Sentinel', () => {
  it('names a host and a port', () => {
    expect(readAddress(['10.0.0.1', '6379'])).to.deep.equal({ host: '10.0.0.1', port: 6379 });
    expect(readAddress(['Redis-0.test', '1'])).to.deep.equal({ host: 'redis-0.test', port: 1 });
    expect(readAddress(['::1', '65535'])).to.deep.equal({ host: '::1', port: 65_535 });
  });

  it('says that it knows no primary of this name', () => {
    expect(readAddress(null)).to.have.property('kind', 'fault');
    expect(readAddress(null)).to.have.property('why').that.contains('no primary of the name');
  });

  const strange: readonly RespReply[] = [
    'text',
    [],
    ['host'],
    ['host', '6379', 'more'],
    ['host', '0'],
    ['host', '65536'],
    ['host', '-1'],
    ['host', '6379x'],
    ['host', ''],
    ['', '6379'],
    ['a host', '6379'],
    ['host/path', '6379'],
    ['h\u0000st', '6379'],
    [null, '6379'],
    [['host'], '6379'],
    ['h'.repeat(254), '6379'],
  ];
  for (const reply of strange) {
    it(`that is ${JSON.stringify(reply).slice(0, 40)} names no server`, () => {
      expect(readAddress(reply)).to.deep.equal({
        kind: 'fault',
        why: 'it names something that is not an address of a server',
      });
    });
  }

  for (const [word, words] of [
    ['NOAUTH', /CURFEW_SENTINEL_PASSWORD_FILE/],
    ['WRONGPASS', /wrong user or password/],
    ['NOPERM', /\+sentinel\|get-master-addr-by-name .*&\+switch-master/],
    ['ERR', /not a Sentinel/],
    ['LOADING', /^LOADING$/],
  ] as const) {
    it(`names the refusal ${word}`, () => {
      expect(refusalBy(new RespError(`${word} canary`)))
        .to.have.property('why')
        .that.matches(words)
        .and.does.not.contain('canary');
    });
  }

  it('has an epoch, or 0 if it cannot be read', () => {
    expect(readEpoch(['ip', 'a', 'config-epoch', '12'])).to.equal(12);
    expect(readEpoch(['config-epoch', '0'])).to.equal(0);
    for (const reply of [['ip', 'a'], [], ['config-epoch'], ['config-epoch', 'x']]) {
      expect(readEpoch(reply)).to.equal(0);
    }
    expect(readEpoch(new RespError('NOPERM'))).to.have.property('kind', 'fault');
    expect(readEpoch('text')).to.have.property('kind', 'fault');
  });

  it('tells of another primary, by its new address', () => {
    const push = (text: string) => ['message', '+switch-master', text];
    expect(readSwitch(push('main 10.0.0.1 6379 10.0.0.2 6380'), 'main')).to.deep.equal({
      host: '10.0.0.2',
      port: 6380,
    });
    for (const text of [
      'other 10.0.0.1 6379 10.0.0.2 6380',
      'main 10.0.0.1 6379 10.0.0.2',
      'main 10.0.0.1 6379 10.0.0.2 0',
      'main 10.0.0.1 6379 10.0.0.2 6380 more',
      '',
    ]) {
      expect(readSwitch(push(text), 'main'), text).to.equal(undefined);
    }
    expect(readSwitch(['pong', ''], 'main')).to.equal(undefined);
    expect(readSwitch(['message', 'else', 'main a 1 b 2'], 'main')).to.equal(undefined);
    expect(readSwitch('text', 'main')).to.equal(undefined);
  });
});
