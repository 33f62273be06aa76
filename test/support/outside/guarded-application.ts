import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { edgeConfig } from '../envoy/edge-config.ts';
import { startEnvoy } from '../envoy/envoy.ts';
import type { Envoy } from '../envoy/envoy.ts';
import { patientEnvoy } from '../envoy/patient-envoy.ts';
import { writePolicyFile } from '../files/policy-file.ts';
import { DEPLOY_FOLDER } from '../kubernetes/kustomize.ts';
import { freePort } from '../network/free-port.ts';
import { httpCall } from '../clients/http-call.ts';
import { eventually } from '../time/eventually.ts';
import { startCurfew } from '../processes/curfew.ts';
import type { Curfew } from '../processes/curfew.ts';
import { startApplication } from './application.ts';
import type { Application, ApplicationCommand } from './application.ts';

/** The host that all recipes name. */
export const APP_HOST = 'app.example.com';

/** An application behind the production Envoy, patient with a busy machine, and a real Curfew with the memory store. */
export interface GuardedApplication {
  readonly port: number;
  readonly envoy: Envoy;
  readonly curfew: Curfew;
  readonly application: Application;
  stop(): Promise<void>;
}

/** Starts all of it; the policy file may name the port of Envoy. If a part cannot be started, the others are stopped again. */
export async function startGuarded(
  command: ApplicationCommand,
  policy: string | ((edgePort: number) => string),
  hosts: readonly string[] = [APP_HOST],
): Promise<GuardedApplication> {
  const closers: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    // oxlint-disable-next-line no-await-in-loop -- in reverse order, one after the other
    for (const close of closers.splice(0).toReversed()) await close();
  };
  try {
    const port = await freePort();
    const text = typeof policy === 'string' ? policy : policy(port);
    const policyFile = await writePolicyFile(text);
    closers.push(() => policyFile.remove());
    const [grpcPort, opsPort] = [await freePort(), await freePort()];
    const starting = startApplication(command);
    closers.push(async () => {
      await starting.then(
        (application) => application.stop(),
        () => {},
      );
    });
    const curfew = await startCurfew({ policyPath: policyFile.path, grpcPort, opsPort });
    closers.push(() => curfew.stop());
    const application = await starting;
    const { port: web } = application;
    const config = edgeConfig({ edge: port, curfews: [grpcPort], web, grpc: web, hosts });
    const envoy = await startEnvoy({ config: patientEnvoy(config) });
    closers.push(() => envoy.stop());
    const [host = APP_HOST] = hosts;
    const isJudged = async () => (await httpCall(port, '/', { host })).status !== 503;
    await eventually('first verdict', isJudged);
    return { port, envoy, curfew, application, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A policy file of deploy/recipes with shorter timeouts in place of its own, and nothing else changed. */
export function shortRecipe(file: string, idleMs: number, absoluteMs: number): string {
  const text = readFileSync(join(DEPLOY_FOLDER, 'recipes', file), 'utf8');
  const replace = (from: string, to: string, within: string): string => {
    if (within.split(from).length !== 2) throw new Error(`${file} does not say ${from} once`);
    return within.replace(from, to);
  };
  const withIdle = replace('idle: 15m\n', `idle: ${idleMs}ms\n`, text);
  return replace('absolute: 12h\n', `absolute: ${absoluteMs}ms\n`, withIdle);
}
