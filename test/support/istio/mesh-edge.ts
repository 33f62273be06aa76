import { startCurfew } from '../processes/curfew.ts';
import type { Curfew } from '../processes/curfew.ts';
import { startEnvoy } from '../envoy/envoy.ts';
import type { Envoy } from '../envoy/envoy.ts';
import { freePort } from '../network/free-port.ts';
import { writePolicyFile } from '../files/policy-file.ts';
import { startSampleApp } from '../processes/sample-app.ts';
import { plainEnvoyConfig } from './plain-envoy.ts';
import { CURFEW_CLUSTER } from './proxy-config.ts';
import type { ProxyConfig } from './proxy-config.ts';

export interface MeshEdgeOptions {
  readonly config: ProxyConfig;
  /** The cluster that leads to the application. */
  readonly appCluster: string;
  /** The port of the pod, for a sidecar. */
  readonly podPort?: number;
  readonly policy: string;
  readonly replicas?: number;
}

/** A real Envoy with the configuration that istiod makes for a proxy, with a real Curfew and the sample application. */
export interface MeshEdge {
  readonly port: number;
  readonly envoy: Envoy;
  readonly curfews: readonly Curfew[];
  stop(): Promise<void>;
}

/** Starts all of it. If a part cannot be started, the others are stopped again. */
export async function startMeshEdge(options: MeshEdgeOptions): Promise<MeshEdge> {
  const closers: (() => Promise<void>)[] = [];
  const stop = async () => {
    // oxlint-disable-next-line no-await-in-loop -- in reverse order, one after the other
    for (const close of closers.splice(0).toReversed()) await close();
  };
  try {
    const policyFile = await writePolicyFile(options.policy);
    closers.push(() => policyFile.remove());
    const ports: number[] = [];
    const curfews: Curfew[] = [];
    for (let place = 0; place < (options.replicas ?? 1); place += 1) {
      // oxlint-disable-next-line no-await-in-loop -- two that start at once would only slow each other
      const [grpcPort, opsPort] = [await freePort(), await freePort()];
      // oxlint-disable-next-line no-await-in-loop -- as above
      const curfew = await startCurfew({ policyPath: policyFile.path, grpcPort, opsPort });
      closers.push(() => curfew.stop());
      curfews.push(curfew);
      ports.push(grpcPort);
    }
    const app = await startSampleApp();
    closers.push(() => app.stop());
    const { config, appCluster, podPort } = options;
    const real = { [CURFEW_CLUSTER]: ports, [appCluster]: [app.webPort] };
    const envoy = await startEnvoy({
      config: plainEnvoyConfig(config, real, podPort),
      args: ['--file-flush-interval-msec', '50'], // so that tests need not wait long for lines of the access log
    });
    closers.push(() => envoy.stop());
    return { port: await envoy.port('mesh'), envoy, curfews, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
