import { expect } from 'chai';
import { explainSelection } from '../../../src/policy/explain-selection.ts';
import { policiesOf } from './policies-of.ts';
import { requestFacts } from './request-facts.ts';

const policies = policiesOf([
  '- { name: public, match: [{ path: /public/** }], session: off }',
  '- { name: admin, by_name: true, idle: 5m, absolute: 8h }',
  '- { name: pay, match: [{ path: /pay/**, methods: [POST] }, { host: pay.example.com }], preset: pci-dss-4, absolute: 1d, justification: Until the audit. }',
  '- { name: late, match: [{ methods: [POST] }], idle: 5m, absolute: 8h, passive: [{ path: /pay/poll }] }',
]);

describe('an explanation', () => {
  const paths = ['/', '/public/x', '/pay/x', '/PAY/x', '/a//b', '/pay/%2e', '/%70ay/x'];
  for (const path of paths) {
    for (const method of ['GET', 'POST']) {
      it(`of ${method} ${path} has the selection that the server makes`, () => {
        const facts = requestFacts(path, { method });
        expect(explainSelection(policies, facts).details.selection).to.deep.equal(
          policies.select(facts),
        );
      });
    }
  }

  it('says for each policy whether it applies, and for each field why not', () => {
    const explanation = explainSelection(policies, requestFacts('/pay/x', { method: 'POST' }));
    expect(explanation.policies.map(({ name, role }) => [name, role])).to.deep.equal([
      ['public', 'does_not_match'],
      ['admin', 'by_name_only'],
      ['pay', 'judges'],
      ['late', 'comes_later'],
      ['default', 'comes_later'],
    ]);
    expect(explanation.policies[2]?.matchers).to.deep.equal([
      {
        holds: true,
        fields: [
          { field: 'path', wanted: '/pay/**', found: '/pay/x', holds: true },
          { field: 'methods', wanted: 'POST', found: 'POST', holds: true },
        ],
      },
      {
        holds: false,
        fields: [
          { field: 'host', wanted: 'pay.example.com', found: 'app.example.com', holds: false },
        ],
      },
    ]);
  });

  it('says where each limit comes from', () => {
    const { limits } = explainSelection(policies, requestFacts('/')).policies[2] ?? {};
    expect(limits?.idle).to.deep.include({
      timeoutMs: 900_000,
      from: 'preset',
      looserThanPreset: false,
    });
    expect(limits?.idle.preset?.citation).to.equal('PCI DSS v4.0.1 8.2.8');
    expect(limits?.absolute).to.deep.include({
      timeoutMs: 86_400_000,
      from: 'own',
      looserThanPreset: true,
      justification: 'Until the audit.',
    });
  });

  it('says why a path is doubtful, and which policies then apply', () => {
    const { details, policies: explained } = explainSelection(
      policies,
      requestFacts('/x/../pay', { method: 'POST' }),
    );
    expect(details.ambiguity).to.match(
      /^read as \/pay \(without dot segments\) it would be for policy .*"pay"/,
    );
    expect(details.path.normalised).to.equal('/x/../pay');
    expect(explained.filter(({ role }) => role === 'judges').map(({ name }) => name)).to.deep.equal(
      // The route of the other page might name "admin".
      ['admin', 'pay', 'late'],
    );
  });

  it('says that a path might be any', () => {
    const { details } = explainSelection(policies, requestFacts('/x#'));
    expect(details.ambiguity).to.equal('the path has a raw "#"');
  });

  it('shows the readings of other policies, also of those that are left out', () => {
    const { details } = explainSelection(policies, requestFacts('/Public/x'));
    expect(details.ambiguity).to.equal(undefined);
    expect(details.otherReadings[0]).to.deep.equal({
      path: '/public/x',
      host: 'app.example.com',
      method: 'GET',
      how: ['without case'],
      policies: ['public'],
      passive: undefined,
    });
  });

  it('says why a request is passive', () => {
    const rule = explainSelection(
      policies,
      requestFacts('/pay/poll', { method: 'DELETE' }),
    ).details;
    expect(rule.passive).to.equal(undefined);
    const hint = explainSelection(
      policies,
      requestFacts('/', { headers: [{ name: 'curfew-passive', value: '?1' }] }),
    );
    expect(hint.details.passive).to.equal('curfew-passive: ?1');
  });

  it('never shows the value of a header', () => {
    const withHeader = policiesOf([
      '- { name: a, match: [{ header: { name: x-key, trusted: true } }], idle: 5m, absolute: 8h }',
    ]);
    const facts = requestFacts('/', { headers: [{ name: 'x-key', value: 'canary' }] });
    const explanation = explainSelection(withHeader, facts);
    expect(JSON.stringify(explanation.policies)).to.not.include('canary');
  });

  it('names an unknown policy name', () => {
    const explanation = explainSelection(
      policies,
      requestFacts('/', { context: new Map([['curfew-policy', 'missing']]) }),
    );
    expect(explanation.named).to.equal('missing');
    expect(explanation.details.selection).to.deep.equal({ kind: 'unknown_policy_name' });
  });
});
