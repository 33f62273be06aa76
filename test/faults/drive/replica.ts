import { httpCall } from '../../support/clients/http-call.ts';
import { freePort } from '../../support/network/free-port.ts';
import { startCurfew } from '../../support/processes/curfew.ts';
import type { Curfew } from '../../support/processes/curfew.ts';
import { createCheckClient, curfewMetadata } from '../../support/requests/check-request.ts';
import type { CheckAnswer, CheckClient } from '../../support/requests/check-request.ts';
import type { Answer, Question } from '../oracle/recording.ts';
import { LOGOUT_PAGE, pageOf, SOURCE } from './policy-versions.ts';

/** Longer than any answer of Curfew takes. */
const CALL_MAX_MS = 2_000;

/** What a replica is started with. All replicas of a run have the same, but for the store's address. */
export interface ReplicaOptions {
  readonly policyPath: string;
  readonly keyPath: string;
  readonly tokensPath: string;
  /** A token of an operator in that file. */
  readonly token: string;
  readonly store: string;
  readonly flags: readonly string[];
  /** The entry point; by default the sources. */
  readonly program?: string;
}

/** A real `curfew serve` that a fault may kill and bring back at the same addresses. */
export class Replica {
  readonly #options: ReplicaOptions;
  readonly #ports: readonly [grpc: number, ops: number, admin: number];
  readonly #client: CheckClient;
  #process: Curfew | undefined;

  static async start(options: ReplicaOptions): Promise<Replica> {
    const replica = new Replica(options, [await freePort(), await freePort(), await freePort()]);
    await replica.start();
    return replica;
  }

  private constructor(options: ReplicaOptions, ports: readonly [number, number, number]) {
    this.#options = options;
    this.#ports = ports;
    this.#client = createCheckClient(`127.0.0.1:${ports[0]}`);
  }

  async start(): Promise<void> {
    const { policyPath, keyPath, tokensPath, store, flags, program } = this.#options;
    const [grpcPort, opsPort, adminPort] = this.#ports;
    this.#process = await startCurfew({
      policyPath,
      grpcPort,
      opsPort,
      store,
      ...(program !== undefined && { program }),
      // The store may be frozen at this time.
      waitUntilReady: false,
      flags: [
        `--key-file=${keyPath}`,
        `--admin-address=127.0.0.1:${adminPort}`,
        `--admin-tokens-file=${tokensPath}`,
        ...flags,
      ],
    });
  }

  async kill(): Promise<void> {
    this.#process?.signal('SIGKILL');
    await this.#process?.ended();
  }

  isReady(): Promise<boolean> {
    return this.#process?.isReady() ?? Promise.resolve(false);
  }

  log(): string {
    return this.#process?.log() ?? '';
  }

  /** The digest of the policy file that it uses. */
  async policyHash(): Promise<string | undefined> {
    const page = await this.#process?.metrics().catch(() => '');
    return /^curfew_config_info\{hash="(\w+)"\} 1$/m.exec(page ?? '')?.[1];
  }

  /** How many partitions of the store it has counted as lost since it was started. */
  async lostPartitions(): Promise<number> {
    const page = await this.#process?.metrics();
    return Number(/^curfew_store_lost_total (\d+)$/m.exec(page ?? '')?.[1]);
  }

  async ask(credential: string, question: Question): Promise<Answer> {
    switch (question.kind) {
      case 'check':
        return this.#check(credential, 'GET', pageOf(question.policy, question.isPassive));
      case 'logout':
        return this.#check(credential, 'POST', LOGOUT_PAGE);
      case 'revoke':
        return this.#revoke(credential);
      default:
        return question satisfies never;
    }
  }

  /** Ends a session. Whether the answer says that this outlives a failover. */
  async endDurably(credential: string): Promise<boolean> {
    return (await this.#end(credential).catch(() => undefined))?.durable === true;
  }

  async stop(): Promise<void> {
    this.#client.close();
    await this.#process?.stop();
  }

  async #check(credential: string, method: string, path: string): Promise<Answer> {
    const headers = { cookie: `sid=${credential}` };
    return answerOf(
      await this.#client.check({ method, path, headers }, { timeoutMs: CALL_MAX_MS }),
    );
  }

  async #revoke(credential: string): Promise<Answer> {
    try {
      const { ended_by: by } = await this.#end(credential);
      return by === undefined ? { kind: 'ended' } : { kind: 'ended', before: REASONS[by] ?? by };
    } catch (error) {
      return { kind: 'none', why: String(error) };
    }
  }

  async #end(credential: string): Promise<EndAnswer> {
    const { status, body } = await httpCall(this.#ports[2], '/v1/sessions/end', {
      method: 'POST',
      headers: [
        ['authorization', `Bearer ${this.#options.token}`],
        ['content-type', 'application/json'],
      ],
      body: JSON.stringify({ source: SOURCE, credential }),
    });
    if (status !== 200 && status !== 202) throw new Error(`status ${status}`);
    return JSON.parse(body) as EndAnswer;
  }
}

interface EndAnswer {
  readonly durable: boolean;
  /** Why it had ended before this call. */
  readonly ended_by?: string;
}

/** The administration names an end shorter than a check does. */
const REASONS: Readonly<Record<string, string>> = {
  idle: 'idle_timeout',
  absolute: 'absolute_timeout',
};

function answerOf({ response, codeName, details }: CheckAnswer): Answer {
  if (response === undefined) return { kind: 'none', why: `${codeName} ${details}` };
  const { reason, absolute_remaining_s: remaining } = curfewMetadata(response);
  const said = String(reason);
  if (response.denied_response !== undefined) return { kind: 'deny', reason: said };
  return typeof remaining === 'number'
    ? { kind: 'allow', reason: said, absoluteRemainingS: remaining }
    : { kind: 'allow', reason: said };
}
