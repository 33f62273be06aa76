import { expect } from 'chai';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { identify } from '../../../src/identity/identify.ts';
import { tokenSession } from '../../../src/identity/claims/token-session.ts';
import { parsePolicyFile } from '../../../src/policy/parse-policy-file.ts';
import { request, withCookies } from '../../unit/identity/request.ts';
import { load, selected } from '../../unit/policy/policies-of.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'deploy', 'recipes');
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

// Values as the login systems write them: first the identifying part, then the part that changes.
const TICKET = 'djIuWDI5aGRYUm9NbDl3Y205NGVTMHdNVEl6.c2VjcmV0';
const OTHER_TICKET = 'djIuWDI5aGRYUm9NbDl3Y205NGVTMDBOVFkz.c2VjcmV0';

/** With a source of tokens only: no cookie, and no pages of a login. */
const TOKENS = ['keycloak.yaml', 'mcp.yaml'];

/** The session that the cookie of a recipe's source names, or why it names none. */
function credential(file: string, cookie: string): string {
  const { sources } = load(read(file));
  const answer = identify(sources, withCookies(cookie));
  return answer.kind === 'found' ? `${answer.source.name}: ${answer.credential}` : answer.kind;
}

describe('deploy/recipes', () => {
  it('has valid policy files without a warning, all of them linked from the README', () => {
    expect(files).to.have.length.of.at.least(5);
    for (const file of files) {
      const parsed = parsePolicyFile(read(file), file);
      expect(parsed).to.include({ kind: 'ok' });
      expect(parsed).to.have.property('warnings').that.deep.equals([]);
      expect(read('README.md')).to.include(`](${file})`);
      expect(read(file)).to.match(/^# yaml-language-server: \$schema=\.\.\/curfew\.schema\.json$/m);
    }
  });

  describe('sees one session from login to end', () => {
    it('although oauth2-proxy signs its cookie again at each refresh', () => {
      const first = credential('oauth2-proxy.yaml', `_oauth2_proxy=${TICKET}|1795588665|3q2-7w=`);
      expect(first).to.equal(`oauth2-proxy: ${TICKET}`);
      const later = `_oauth2_proxy=${TICKET}|1795592265|AAECAw==`;
      expect(credential('oauth2-proxy.yaml', later)).to.equal(first);
      expect(credential('pollers.yaml', later)).to.equal(first);
      const other = `_oauth2_proxy=${OTHER_TICKET}|1795588665|3q2-7w=`;
      expect(credential('oauth2-proxy.yaml', other)).not.to.equal(first);
    });

    it('in every spelling in which express-session reads its cookie', () => {
      const id = 'pQ2x_9-Zk1T0aaaaBBBBccccDDDD1234';
      const seen = ['s%3A', 's:', '%73%3A', 's%3a', '"s:'].map((prefix) => {
        const quote = prefix.startsWith('"') ? '"' : '';
        return credential(
          'express-session.yaml',
          `connect.sid=${prefix}${id}.c2lnbmF0dXJl${quote}`,
        );
      });
      expect(new Set(seen)).to.deep.equal(new Set([`express: ${id}`]));
    });

    it('of Spring in its one canonical spelling', () => {
      const value = Buffer.from('3f2b8a0e-6f3e-4c1d-9a55-0d6c1f1b2a77').toString('base64');
      expect(credential('spring-session.yaml', `SESSION=${value}`)).to.equal(`spring: ${value}`);
      expect(credential('spring-session.yaml', `SESSION=${value}=`)).to.equal('malformed');
    });

    it("of Keycloak's user through all refreshes, and another at a fresh login", () => {
      const nowMs = 1_795_588_665_000;
      const login = nowMs / 1_000 - 600;
      const claims = {
        iss: 'https://sso.example.com/realms/shop',
        aud: ['shop-api', 'account'],
        azp: 'shop-web',
        typ: 'Bearer',
        sid: '6d3c4b7e-0f55-4d0b-8a55-b5b7a4a3f4e1',
      };
      const session = (changes: Record<string, unknown>) => {
        const [source] = load(read('keycloak.yaml')).sources;
        if (source?.place.kind !== 'jwt') throw new Error('it has no token source');
        const times = { iat: login, exp: login + 900, auth_time: login, jti: 'one' };
        const reading = { place: source.place, token: undefined, nowMs, hash: String };
        return tokenSession({ ...reading, claims: { ...claims, ...times, ...changes } });
      };
      const first = session({});
      expect(first).to.include({ kind: 'found', startedAtMs: login * 1_000 });
      expect(session({ iat: login + 300, exp: login + 1_200, jti: 'two' })).to.deep.equal(first);
      const fresh = session({ auth_time: login + 500, jti: 'three' });
      expect(fresh).to.include({ kind: 'found' }).and.not.deep.equal(first);
      expect(session({ sid: undefined })).to.deep.equal({
        kind: 'invalid',
        cause: 'no_session_claim',
      }); // client credentials
      expect(session({ aud: 'account' })).to.deep.equal({
        kind: 'invalid',
        cause: 'audience',
      });
    });

    it('of authservice by its whole cookie', () => {
      const cookie = '__Host-shop-authservice-session-id-cookie=0f3Zk-_9';
      expect(credential('authservice.yaml', cookie)).to.equal('authservice: 0f3Zk-_9');
    });
  });

  // Values as the frameworks wrote them, with the session that each names.
  const written: readonly (readonly [file: string, cookie: string, session: string])[] = [
    [
      'django',
      'sessionid=0123456789abcdefghijklmnopqrstuv',
      'django: 0123456789abcdefghijklmnopqrstuv',
    ],
    ['jetty', 'JSESSIONID=node01x2abcdef0.node0', 'jetty: node01x2abcdef0'],
    ['jetty', 'JSESSIONID=node01x2abcdef0.other', 'jetty: node01x2abcdef0'],
    ['jetty', 'jsessionid=node01x2abcdef0.node0', 'malformed'],
    [
      'tomcat',
      'JSESSIONID=0123456789ABCDEF0123456789ABCDEF',
      'tomcat: 0123456789ABCDEF0123456789ABCDEF',
    ],
    ['php', 'PHPSESSID=ab%2Ccd-ef', 'php: ab,cd-ef'],
    [
      'rails',
      '_app_session=0123456789abcdef0123456789abcdef',
      'rails: 0123456789abcdef0123456789abcdef',
    ],
    [
      'koa-session',
      'koa.sess=3f2b8a0e-6f3e-4c1d-9a55-0d6c1f1b2a77',
      'koa: 3f2b8a0e-6f3e-4c1d-9a55-0d6c1f1b2a77',
    ],
    ['fastify-session', 'sessionId=abc-_9.c2ln%2BbmF0', 'fastify: abc-_9'],
    ['better-auth', '__Secure-better-auth.session_token=aZ09.c2ln%2FbmF0%3D', 'better-auth: aZ09'],
  ];
  for (const [file, cookie, session] of written) {
    it(`reads ${cookie} by ${file}.yaml as ${session}`, () => {
      expect(credential(`${file}.yaml`, cookie)).to.equal(session);
    });
  }

  it('lets the cookie of an ended session reach no login, and opens no session for an icon', () => {
    for (const file of files.filter((name) => !TOKENS.includes(name))) {
      const policies = load(read(file));
      const sessionOf = (path: string) =>
        selected(policies, request([], { host: 'app.example.com', path })).policy.session;
      expect(sessionOf('/favicon.ico'), file).to.equal('off');
      const [, path = ''] = /name: login\n *match: \[\{ path: ([^ *]*)/.exec(read(file)) ?? [];
      expect(sessionOf(path), `${path} by ${file}`).to.equal('login');
    }
  });

  const calls: readonly (readonly [
    what: string,
    method: string,
    header: string,
    passive: boolean,
  ])[] = [
    ['a call of a tool', 'POST', 'mcp-method: tools/call', false],
    ['a call of an older client', 'POST', 'mcp-protocol-version: 2025-11-25', false],
    ['the standing stream since 2026-07-28', 'POST', 'mcp-method: subscriptions/listen', true],
    ['the standing stream before it', 'GET', 'accept: text/event-stream', true],
    ['the stream of the Python SDK', 'GET', 'accept: application/json, text/event-stream', true],
    ['a client that closes', 'DELETE', 'mcp-protocol-version: 2025-11-25', true],
  ];
  for (const [what, method, header, passive] of calls) {
    it(`counts ${what} of an MCP client as ${passive ? 'passive' : 'activity'}`, () => {
      const [name = '', value = ''] = header.split(': ');
      const facts = request([[name, value]], { host: 'mcp.example.com', path: '/mcp', method });
      const selection = selected(load(read('mcp.yaml')), facts);
      expect(selection.policy).to.include({ name: 'default', session: 'required' });
      expect(selection.passive).to.equal(passive);
    });
  }

  const table: readonly (readonly [
    what: string,
    url: string,
    passive: boolean,
    header?: string,
  ])[] = [
    ['a panel of Grafana', 'grafana /api/ds/query', true],
    ["Grafana's live connection", 'grafana /api/live/ws', true],
    ["the rotation of Grafana's own token", 'grafana /api/user/auth-tokens/rotate', true],
    ['a dashboard that is opened', 'grafana /api/dashboards/uid/abc', false],
    ['a search in Grafana', 'grafana /api/search', false],
    ['a request that Kibana marks', 'kibana /internal/security/me', true, 'kbn-system-request'],
    ['the same without the mark', 'kibana /internal/security/me', false],
    ["what is left of Kibana's session", 'kibana /internal/security/session', true],
    ['reports of usage from a space', 'kibana /s/ops/api/ui_counters/_report', true],
    ['a search in Kibana', 'kibana /internal/search/ese', false],
    ['the queue of Jenkins', 'jenkins /ajaxBuildQueue', true],
    ['a console that is followed', 'jenkins /job/web/12/logText/progressiveHtml', true],
    ['the same in a folder', 'jenkins /job/team/job/web/12/logText/progressiveHtml', true],
    ['a console that is opened', 'jenkins /job/web/12/console', false],
    ['a build that is started', 'jenkins /job/web/build', false],
    ["Argo CD's list, by its accept header", 'argocd /api/v1/stream/applications', true, 'accept'],
    ['a log in Argo CD that is followed', 'argocd /api/v1/applications/web/logs', true],
    ['a sync', 'argocd /api/v1/applications/web/sync', false],
  ];
  for (const [what, url, passive, header] of table) {
    it(`counts ${what} as ${passive ? 'passive' : 'activity'}`, () => {
      const [application, path = ''] = url.split(' ');
      const value = header === 'accept' ? 'text/event-stream' : 'true';
      const facts = request(header === undefined ? [] : [[header, value]], {
        host: `${application}.example.com`,
        path,
      });
      const selection = selected(load(read('pollers.yaml')), facts);
      expect(selection.policy.name.replace('-', '')).to.equal(application);
      expect(selection.passive).to.equal(passive);
    });
  }
});
