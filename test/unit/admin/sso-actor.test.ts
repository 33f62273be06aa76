import { expect } from 'chai';
import { roleFor } from '../../../src/admin/access/actor.ts';
import { ssoActor } from '../../../src/admin/access/sso-actor.ts';

const rolesOf = (claims: Readonly<Record<string, unknown>>, claim = 'roles') =>
  ssoActor({ sub: 'u1', ...claims }, claim)?.grants.map(({ role }) => role);

describe('the caller of a token of an SSO', () => {
  it('has the roles that its claim names', () => {
    expect(rolesOf({ roles: 'viewer' })).to.deep.equal(['viewer']);
    expect(rolesOf({ roles: ['staff', 'operator', 7, 'issuer:web'] })).to.deep.equal([
      'operator',
      'issuer',
    ]);
    expect(rolesOf({ realm_access: { roles: ['viewer'] } }, 'realm_access.roles')).to.deep.equal([
      'viewer',
    ]);
    expect(rolesOf({ 'https://a.b/roles': ['viewer'] }, 'https://a.b/roles')).to.deep.equal([
      'viewer',
    ]);
  });

  it('is not known without a role or a subject', () => {
    expect(rolesOf({})).to.equal(undefined);
    expect(rolesOf({ roles: [] })).to.equal(undefined);
    expect(rolesOf({ roles: 'Operator' })).to.equal(undefined);
    expect(rolesOf({ roles: { operator: true } })).to.equal(undefined);
    expect(rolesOf({}, 'constructor.name')).to.equal(undefined);
    expect(rolesOf({ sub: '', roles: 'viewer' })).to.equal(undefined);
  });

  it('has a name that people know, with the subject that its owner cannot choose', () => {
    const named = (claims: object) => ssoActor({ roles: 'viewer', ...claims }, 'roles')?.name;
    expect(named({ sub: '42', preferred_username: 'ada' })).to.equal('ada (42)');
    expect(named({ sub: '42', email: 'ada@example.com' })).to.equal('ada@example.com (42)');
    expect(named({ sub: 'ada' })).to.equal('ada');
    expect(named({ sub: 'a\nb\u0085' })).to.equal('a b ');
  });
});

describe('a role', () => {
  const actor = (role: 'operator' | 'issuer', ...sources: string[]) => ({
    name: 'a',
    by: 'token' as const,
    grants: [{ role, sources: sources.length === 0 ? undefined : new Set(sources) }],
  });

  it('of an issuer is bound to its sources', () => {
    const roles = ['issuer'] as const;
    expect(roleFor(actor('issuer', 'web'), { roles, source: 'web' })).to.equal('issuer');
    expect(roleFor(actor('issuer', 'web'), { roles, source: 'app' })).to.equal(undefined);
    expect(roleFor(actor('issuer'), { roles, source: 'app' })).to.equal('issuer');
    expect(roleFor(actor('issuer', 'web'), { roles })).to.equal('issuer');
    expect(roleFor(actor('operator'), { roles, source: 'web' })).to.equal(undefined);
  });
});
