import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { guardedMcpOrSkip } from './guarded-mcp.ts';
import type { GuardedMcp } from './guarded-mcp.ts';

const TEST_MAX_MS = 40_000;

/** A program and its first arguments: it is given an address, a token and the names of tools. */
export type McpClient = (context: Mocha.Context) => Promise<readonly [string, ...string[]]>;

/** What one call gave its caller. */
interface Call {
  readonly tool: string;
  readonly text?: string;
  readonly error?: string;
}

/** What holds for a client of the Model Context Protocol, in front of a server of the TypeScript SDK. */
export function behavesAsMcpClient(provide: McpClient): void {
  let guarded: GuardedMcp;
  let client: readonly [string, ...string[]];

  before(async function () {
    client = await provide(this);
    guarded = await guardedMcpOrSkip(this);
  });

  after(() => guarded?.stop());

  async function callsOf(token: string, ...tools: readonly string[]): Promise<readonly Call[]> {
    const [file, ...first] = client;
    const url = `http://127.0.0.1:${guarded.port}/mcp`;
    const { stdout } = await promisify(execFile)(file, [...first, url, token, ...tools]);
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Call);
  }

  it('calls tools with its token', async () => {
    const token = await guarded.logIn('calls').token();
    const calls = await callsOf(token, 'quick', 'quick');
    expect(calls.map(({ text }) => text)).to.deep.equal(['quick', 'quick']);
  }).timeout(TEST_MAX_MS);

  it('gets the result of a tool that works longer than the idle timeout, and learns then that its session is over', async () => {
    const token = await guarded.logIn('works long').token();
    // Before the first result the Python SDK asks for the list of tools, which is a request of its own.
    const [, slow, after] = await callsOf(token, 'quick', 'slow', 'quick');
    expect(slow).to.deep.equal({ tool: 'slow', text: 'slow' });
    expect(after?.error).to.match(/idle_timeout|no activity/);
  }).timeout(TEST_MAX_MS);

  it('is refused with a refreshed token of an ended session, and let in after a new login', async () => {
    const login = guarded.logIn('returns');
    const [, , ended] = await callsOf(await login.token(), 'quick', 'slow', 'quick');
    expect(ended?.error).to.match(/idle_timeout|no activity/);
    const refused = await callsOf(await login.token(), 'quick').then(String, String);
    expect(refused).to.match(/idle_timeout|no activity/);
    const [fresh] = await callsOf(await guarded.logIn('returns').token(), 'quick');
    expect(fresh).to.deep.equal({ tool: 'quick', text: 'quick' });
  }).timeout(TEST_MAX_MS);
}
