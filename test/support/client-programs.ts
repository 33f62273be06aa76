import { join } from 'node:path';
import { builtOrSkip } from './built-or-skip.ts';
import type { ClientProgram } from './driven-client.ts';
import { provideGoProgram } from './provide-go-program.ts';
import { provideRustProgram } from './provide-rust-program.ts';
import { pythonPackagesOrSkip } from './provision.ts';

const folder = join(import.meta.dirname, '..', 'clients');

/** The clients in other languages, each built or installed when a suite's `before` asks for it. */
export const CLIENT_PROGRAMS: Readonly<
  Record<string, (context: Mocha.Context) => Promise<ClientProgram>>
> = {
  'grpc-go': async (context) => {
    const building = provideGoProgram('client-go', join(folder, 'go'));
    return { file: await builtOrSkip(context, 'client in Go', building), args: [] };
  },
  'grpc-core (Python)': async (context) => ({
    file: await pythonPackagesOrSkip(context, 'grpcio', ['grpcio==1.76.0']),
    args: [join(folder, 'python', 'client.py')],
  }),
  tonic: async (context) => {
    const building = provideRustProgram('curfew-client-tonic', join(folder, 'tonic'));
    return { file: await builtOrSkip(context, 'client in Rust', building), args: [] };
  },
};
