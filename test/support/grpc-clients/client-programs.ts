import { join } from 'node:path';
import { builtOrSkip } from '../programs/built-or-skip.ts';
import type { ClientProgram } from './driven-client.ts';
import { provideGoProgram } from '../../../tools/provide-go-program.ts';
import { provideRustProgram } from '../../../tools/provide-rust-program.ts';
import { pythonPackagesOrSkip } from '../programs/provision-or-skip.ts';

const folder = join(import.meta.dirname, '..', '..', 'clients');

/** The clients in other languages. Each is built or installed when a suite's `before` needs it. */
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
