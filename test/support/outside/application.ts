import { freePort } from '../network/free-port.ts';
import { httpCall } from '../clients/http-call.ts';
import { startProcess } from '../processes/child-process.ts';
import { eventually } from '../time/eventually.ts';

/** A JVM on a busy machine needs some seconds. */
const START_MAX_MS = 50_000;

/** How a program is started that serves HTTP/1.1 on a port of 127.0.0.1. */
export interface ApplicationCommand {
  readonly file: string;
  args(port: number): readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** A running application of another project. */
export interface Application {
  readonly port: number;
  log(): string;
  stop(): Promise<void>;
}

/** Starts it, and waits until it answers; if it does not, its log is in the error. */
export async function startApplication(command: ApplicationCommand): Promise<Application> {
  const port = await freePort();
  const env = { ...process.env, ...command.env };
  const cwd = command.cwd === undefined ? {} : { cwd: command.cwd };
  const running = await startProcess(command.file, command.args(port), { env, ...cwd });
  const probe = async (): Promise<boolean> => {
    if (!running.isAlive()) throw new Error('it has ended');
    await httpCall(port, '/', { host: 'app.example.com' });
    return true;
  };
  await eventually(`answer of ${command.file}`, probe, START_MAX_MS).catch(
    async (error: unknown) => {
      await running.stop();
      throw new Error(`${String(error)}\n${running.log()}`, { cause: error });
    },
  );
  return { port, log: () => running.log(), stop: () => running.stop() };
}
