import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeKeyFile } from '../../support/files/key-file.ts';
import { writePolicyFile } from '../../support/files/policy-file.ts';
import { eventually } from '../../support/time/eventually.ts';
import type { PolicyFile } from '../oracle/recording.ts';
import { policyText } from './policy-versions.ts';
import type { Recorder } from './recorder.ts';
import { Replica } from './replica.ts';

/** A busy machine may need half a minute to start a process. */
const READY_MAX_MS = 90_000;
/** No key may leave the file before the sessions that it names; a file has so many at most. */
const KEYS_MAX = 8;

export interface ReplicasOptions {
  /** The address of the store for each replica. */
  readonly stores: readonly string[];
  readonly flags: readonly string[];
  readonly recorder: Recorder;
  /** The entry point; by default the sources. */
  readonly program?: string;
}

/** Replicas of Curfew with the same keys, callers and policy file. */
export interface Replicas {
  readonly all: readonly Replica[];
  /** Resolves when all are ready. */
  ready(): Promise<void>;
  /** Replaces the policy file. Resolves when every replica uses it. */
  changePolicies(policies: PolicyFile['policies']): Promise<void>;
  /** Puts a new server key first, as long as the file takes more. */
  addKey(): Promise<void>;
  stop(): Promise<void>;
}

export async function startReplicas(options: ReplicasOptions): Promise<Replicas> {
  const { recorder } = options;
  const folder = await mkdtemp(join(tmpdir(), 'curfew-faults-'));
  const token = randomBytes(32).toString('hex');
  const tokensPath = join(folder, 'admin.tokens');
  await writeFile(tokensPath, `oracle operator ${token}\n`, { mode: 0o600 });
  let keys = [randomBytes(32)];
  const keyFile = await writeKeyFile(keys);
  const { policies, touchIntervalMs } = recorder.file;
  const policyFile = await writePolicyFile(policyText(policies, touchIntervalMs));
  const { stores, flags, program } = options;
  const all = await Promise.all(
    stores.map((store) =>
      Replica.start({
        policyPath: policyFile.path,
        keyPath: keyFile.path,
        tokensPath,
        token,
        store,
        flags,
        ...(program !== undefined && { program }),
      }),
    ),
  );
  const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    await eventually(what, holds, READY_MAX_MS).catch((error: unknown) => {
      const logs = all.map((one) => one.log()).join('\n');
      throw new Error(`${String(error)}\n${logs}`, { cause: error });
    });
  };
  const ready = (): Promise<void> =>
    until('ready replicas', async () =>
      (await Promise.all(all.map((one) => one.isReady()))).every(Boolean),
    );
  return {
    all,
    ready,
    changePolicies: async (next) => {
      const text = policyText(next, touchIntervalMs);
      const before = await policyHashes(all);
      recorder.begins(next);
      await policyFile.replace(text);
      const areUsed = async () =>
        (await policyHashes(all)).every((hash) => hash !== undefined && !before.includes(hash));
      await until('replicas with the policy file', areUsed);
      recorder.onlyNewest();
    },
    addKey: async () => {
      if (keys.length >= KEYS_MAX) return;
      keys = [randomBytes(32), ...keys];
      await keyFile.publish(keys);
    },
    stop: async () => {
      await Promise.all(all.map((one) => one.stop()));
      await Promise.all([keyFile.remove(), policyFile.remove()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function policyHashes(all: readonly Replica[]): Promise<readonly (string | undefined)[]> {
  return Promise.all(all.map((one) => one.policyHash()));
}
