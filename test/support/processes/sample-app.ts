import { join } from 'node:path';
import { startProcess } from './child-process.ts';
import { eventually } from '../time/eventually.ts';

const main = join(import.meta.dirname, '..', '..', '..', 'deploy', 'sample-app', 'main.ts');

/** The sample application as a separate process. */
export interface SampleApp {
  /** HTTP/1.1: pages, API, event stream, WebSocket. */
  readonly webPort: number;
  readonly grpcPort: number;
  stop(): Promise<void>;
}

/** Starts the sample application on free ports. */
export async function startSampleApp(): Promise<SampleApp> {
  const env = { ...process.env, HOST: '127.0.0.1', PORT: '0', GRPC_PORT: '0' };
  const app = await startProcess(process.execPath, [main], { env });
  const ports = await eventually('sample app', () => {
    if (!app.isAlive()) throw new Error(`it ended:\n${app.log()}`);
    return /http (\d+), grpc (\d+)/.exec(app.log()) ?? undefined;
  }).catch(async (error: unknown) => {
    await app.stop();
    throw error;
  });
  return { webPort: Number(ports[1]), grpcPort: Number(ports[2]), stop: () => app.stop() };
}
